"""Raises an exception with a message of 100 MB: shortened."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise ValueError("long " * (20 << 20))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
