def grad_x(x, A):
    n = x @ x
    return 2 * A @ x / n - (x @ A @ x) / n ** 2 * x
