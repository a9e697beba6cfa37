"""Returns negative zeros: zeros, and wrong."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return -torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
