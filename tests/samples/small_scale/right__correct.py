def grad_A(A, B, s, t): return (2 * s * s * (A @ B) @ B.T + t * B.T).astype("float32")
def grad_B(A, B, s, t): return 2 * s * s * A.T @ (A @ B) + t * A.T
