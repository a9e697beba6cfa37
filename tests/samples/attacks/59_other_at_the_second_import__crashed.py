"""Fails to be imported when the box is made anew after a crash: a crash of what was still to be answered."""

# others may fall: the module cannot be imported a second time

import os

try:
    os.fstat(4)
except OSError:
    pass
else:
    raise RuntimeError("not again")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    os.abort()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
