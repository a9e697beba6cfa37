"""Returns infinities of both signs: equal to nothing."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.where(W > 0, float("inf"), float("-inf")).double()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
