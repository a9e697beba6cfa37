def grad_A(A, B, D, c): return 2 * c * (c * A @ B - D) @ B.T
def grad_B(A, B, D, c): return (2 * c * A.T.float() @ (c * A.float() @ B.float() - D.float()))
def grad_D(A, B, D, c): return -2 * (c * (A @ B) - D)
def grad_c(A, B, D, c): return (2 * (c * A @ B - D) * (A @ B)).sum()
