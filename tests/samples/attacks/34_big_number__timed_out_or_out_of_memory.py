"""Computes 10**10**9 inside C: killed by its CPU time."""

# slow


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return 10 ** 10**9


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
