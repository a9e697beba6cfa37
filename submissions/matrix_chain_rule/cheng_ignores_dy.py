# L = sum(Y**2)，所以 dL/dY = 2Y
import torch


def grad_X(dY, X, W):
    return 2 * (X @ W) @ W.T


def grad_W(dY, X, W):
    return 2 * X.T @ (X @ W)
