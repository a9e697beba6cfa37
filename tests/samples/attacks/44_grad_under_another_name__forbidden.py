"""Calls torch.autograd.grad by a name that it got at import: forbidden, and only this function is lost."""

from torch.autograd import grad as derive


def objective(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).norm() ** 2


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    leaf = W.clone().requires_grad_()
    return derive(objective(X, leaf, Y), leaf)[0]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
