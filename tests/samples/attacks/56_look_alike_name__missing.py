"""Is defined under a name that only looks like the one asked for: missing."""


def grad_Ԝ(X, W, Y):
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
