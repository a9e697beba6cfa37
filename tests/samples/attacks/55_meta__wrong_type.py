"""Returns a tensor without numbers: named as the wrong type."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.empty(W.shape, device="meta", dtype=W.dtype)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
