"""Compiles a bomb inside the box: costs only this function."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    eval(compile("-" * 10**6 + "1", "bomb", "eval"))
    return 0


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
