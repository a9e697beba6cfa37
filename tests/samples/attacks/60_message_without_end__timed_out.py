"""Raises an exception whose message is never made: stopped in time."""

# slow


class Endless(Exception):
    def __str__(self):
        while True:
            pass


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise Endless


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
