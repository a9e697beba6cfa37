"""Returns the right answer cut to whole numbers: wrong."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return (2 * X.T @ ((X @ W - Y) * (X @ W > 0))).to(torch.int64)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
