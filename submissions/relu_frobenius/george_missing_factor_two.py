import torch


def grad_W(X, W, Y):
    Z = X @ W
    dZ = torch.where(Z > 0, Z - Y, torch.zeros_like(Z))
    return X.T @ dZ


def grad_X(X, W, Y):
    Z = X @ W
    dZ = torch.where(Z > 0, Z - Y, torch.zeros_like(Z))
    return dZ @ W.T


def grad_Y(X, W, Y):
    H = (X @ W).clamp(min=0)
    return Y - H
