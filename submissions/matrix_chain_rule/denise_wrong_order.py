import torch


def grad_X(dY, X, W):
    return dY @ W.T


def grad_W(dY, X, W):
    # chain rule: outer derivative times inner derivative
    return dY @ X.T
