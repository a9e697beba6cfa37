def grad_A(A, B, C, D): return 2 * (B - A)
def grad_B(A, B, C, D): return -2 * (A - B) - 2e-3 * D
def grad_D(A, B, C, D): return 4 * D
