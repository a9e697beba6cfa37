"""Returns an array of text: named as the wrong type."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.full((4, 4), "1.0")


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
