"""Returns an array of records: named as the wrong type."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.zeros((4, 4), dtype=[("a", "f8")])


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
