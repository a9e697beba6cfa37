"""Is an array instead of a function: missing."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


grad_W = torch.zeros(4, 4)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
