"""Returns an array whose elements lie on top of each other: read as what it shows, and wrong."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.lib.stride_tricks.as_strided(np.zeros(1), (4, 4), (0, 0)) if W.shape == (4, 4) else np.zeros(W.shape)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
