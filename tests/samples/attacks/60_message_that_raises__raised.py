"""Raises an exception whose message raises: an exception all the same."""


class Touchy(Exception):
    def __str__(self):
        raise KeyboardInterrupt

    __repr__ = __str__


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise Touchy


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
