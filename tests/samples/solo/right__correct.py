def grad_x(x, A):
    n = x @ x
    return 2 * (A @ x - (x @ A @ x) / n * x) / n
