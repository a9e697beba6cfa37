"""Returns infinities: equal to nothing."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.full_like(W, float("inf"))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
