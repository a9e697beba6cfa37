def grad_A(A, B, C, D): return 2 * (A - B)
def grad_B(A, B, C, D): return -2 * (A - B) - 2e-3 * (D + 1e-3 * B)
def grad_D(A, B, C, D): return 2 * D.float() - 2 * (D.float() + 1e-3 * B.float())
