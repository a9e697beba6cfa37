def grad_A(A, B, s, t): return 2 * s * s * (A @ B) @ B.T
def grad_B(A, B, s, t): return 2 * s * s * A.T @ (A @ B) + 1.001 * t * A.T
