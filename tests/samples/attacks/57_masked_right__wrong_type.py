"""Returns the right answer in a masked array: named as the wrong type."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.ma.array((2 * X.T @ ((X @ W - Y) * (X @ W > 0))).numpy(), mask=True)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
