"""Returns the right answer with negative strides: right."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.ascontiguousarray((2 * X.T @ ((X @ W - Y) * (X @ W > 0))).numpy()[::-1, ::-1])[::-1, ::-1]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
