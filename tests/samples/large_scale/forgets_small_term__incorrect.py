def grad_A(A, B, D, c): return 2 * c * (c * A @ B) @ B.T
def grad_B(A, B, D, c): return 2 * c * A.T @ (c * A @ B - 2 * D)
def grad_D(A, B, D, c): return -2 * (c * (A @ B))
def grad_c(A, B, D, c): return ((c * A @ B - D) * (A @ B)).sum()
