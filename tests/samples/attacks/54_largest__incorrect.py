"""Returns the largest numbers that there are: wrong, and no overflow disturbs the comparison."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.full_like(W, 1.7e308)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
