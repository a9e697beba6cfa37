"""Has an expression whose constant would be huge: compiled in the box, where it costs nobody else anything."""

if True:
    x = ((1,) * 4096,) * 4096 * 4096
    y = "a" * 10**12


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
