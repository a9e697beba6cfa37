"""Takes fewer arguments than are given: an exception."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X):
    return X


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
