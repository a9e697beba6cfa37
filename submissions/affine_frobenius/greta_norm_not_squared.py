import torch


def grad_A(X, W, b):
    A = X @ W + b
    return A / torch.norm(A)


def grad_X(X, W, b):
    return grad_A(X, W, b) @ W.T


def grad_W(X, W, b):
    return X.T @ grad_A(X, W, b)


def grad_b(X, W, b):
    return grad_A(X, W, b)
