"""Loops for ever: it is stopped after its CPU time, and only this function is lost."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    while True:
        pass


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
