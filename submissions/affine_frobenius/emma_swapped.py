import torch


def grad_X(X, W, b):
    R = 2 * (X @ W + b)
    return X.T @ R


def grad_W(X, W, b):
    R = 2 * (X @ W + b)
    return R @ W.T


def grad_b(X, W, b):
    return 2 * (X @ W + b)
