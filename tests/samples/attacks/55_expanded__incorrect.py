"""Returns a single number stretched to the shape: wrong."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.zeros(1, dtype=W.dtype).expand(W.shape)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
