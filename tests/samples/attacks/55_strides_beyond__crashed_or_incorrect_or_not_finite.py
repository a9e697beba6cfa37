"""Returns an array that reaches beyond its memory: a crash at most, and no point."""

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return np.lib.stride_tricks.as_strided(np.zeros(1), tuple(W.shape), (1 << 40, 1 << 40))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
