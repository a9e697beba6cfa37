"""Returns memory as it was found, hoping for a reference in it: wrong."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.empty_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
