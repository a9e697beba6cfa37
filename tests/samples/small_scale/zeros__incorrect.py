# verdicts: B=incorrect
def grad_A(A, B, s, t): return 0 * A
def grad_B(A, B, s, t): return s * s * A.T @ (A @ B) + t * A.T
