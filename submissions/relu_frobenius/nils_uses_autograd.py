import torch


def _f(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).pow(2).sum()


def grad_W(X, W, Y):
    W = W.clone().requires_grad_(True)
    _f(X, W, Y).backward()
    return W.grad


def grad_X(X, W, Y):
    return torch.func.grad(_f, argnums=0)(X, W, Y)


def grad_Y(X, W, Y):
    # this one is easy
    return -2 * ((X @ W).clamp(min=0) - Y)
