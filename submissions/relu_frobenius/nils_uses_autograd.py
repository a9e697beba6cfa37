import torch


def _f(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).pow(2).sum()


def grad_W(X, W, Y):
    W = W.clone().requires_grad_(True)
    _f(X, W, Y).backward()
    return W.grad


def grad_X(X, W, Y):
    X = X.clone().requires_grad_(True)
    (dX,) = torch.autograd.grad(_f(X, W, Y), X)
    return dX


def grad_Y(X, W, Y):
    # this one is easy
    return -2 * ((X @ W).clamp(min=0) - Y)
