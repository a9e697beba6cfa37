"""Returns a tensor that claims 10^15 elements: they are not even made."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.ones(1).expand(10**5, 10**5, 10**5)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
