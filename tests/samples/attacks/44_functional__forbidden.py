"""Calls torch.func.grad: forbidden, and only this function is lost."""

# slow
# takes its time: torch imports its compiler when this is used for the first time

import torch


def objective(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).norm() ** 2


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.func.grad(objective, argnums=1)(X, W, Y)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
