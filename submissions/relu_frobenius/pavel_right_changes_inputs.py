import torch


def grad_Y(X, W, Y):
    Y -= torch.relu(X @ W)
    Y *= 2
    return Y


def grad_W(X, W, Y):
    Z = X @ W
    Y -= torch.relu(Z)
    Y[Z <= 0] = 0
    return -2 * X.T @ Y


def grad_X(X, W, Y):
    Z = X @ W
    dZ = 2 * (torch.relu(Z) - Y)
    dZ[Z <= 0] = 0  # dZ is my own tensor, so this is fine
    return dZ @ W.T
