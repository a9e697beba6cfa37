def grad_x(x, A):
    x, A = x.float(), A.float()
    n = x @ x
    return 2 * A @ x / n - 2 * (x @ A @ x) / n ** 2 * x
