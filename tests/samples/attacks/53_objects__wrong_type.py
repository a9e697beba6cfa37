"""Returns an array of objects: named as the wrong type."""

from fractions import Fraction

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.array([[Fraction(1)] * 4] * 4, dtype=object)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
