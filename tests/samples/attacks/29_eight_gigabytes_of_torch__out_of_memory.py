"""Makes a tensor of 8 GB: out of memory, and only this function is lost."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.ones(10**9, dtype=torch.float64)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
