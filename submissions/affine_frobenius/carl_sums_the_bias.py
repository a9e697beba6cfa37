import torch


def grad_X(X, W, b):
    return 2 * (X @ W + b) @ W.t()


def grad_W(X, W, b):
    return 2 * X.t() @ (X @ W + b)


def grad_b(X, W, b):
    # the bias is shared by all samples
    return (2 * (X @ W + b)).sum(dim=0)
