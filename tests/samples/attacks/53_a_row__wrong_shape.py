"""Returns a row for a matrix: named as the wrong shape, and never broadcast."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.zeros(1, W.shape[1])


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
