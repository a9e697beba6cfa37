import torch


def grad_X(X, W, b):
    return 2 * (X @ W) @ W.T


def grad_W(X, W, b):
    return 2 * X.T @ (X @ W)


def grad_b(X, W, b):
    return 2 * b
