"""Returns the right answer as numpy's old matrix: right."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.asmatrix((2 * X.T @ ((X @ W - Y) * (X @ W > 0))).numpy())


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
