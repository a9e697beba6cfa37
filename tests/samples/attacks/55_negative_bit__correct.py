"""Returns the right answer as a view that negates: right."""

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch._neg_view(-(2 * X.T @ ((X @ W - Y) * (X @ W > 0))))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
