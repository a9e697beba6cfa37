"""Raises an exception whose type has a strange and long name: shown, and shortened."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise type("\x1b[31mError\u202e" * 1000, (Exception,), {})("boo")


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
