"""Prints without end: it is stopped in time, and only this function is lost."""

# slow
# cuts output

import os


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    while True:
        os.write(1, b"\x00\xff" * 32768)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
