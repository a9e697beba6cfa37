"""Calls the engine of autograd itself: forbidden, and only this function is lost."""

import torch


def objective(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).norm() ** 2


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    leaf = W.clone().requires_grad_()
    return torch.autograd.Variable._execution_engine.run_backward((objective(X, leaf, Y),), (torch.ones((), dtype=W.dtype),), False, False, (leaf,), False, False)[0]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
