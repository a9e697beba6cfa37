import torch


def grad_Z(X, W, Y):
    Z = X @ W
    return 2 * (torch.relu(Z) - Y) * (Z > 0)


def grad_X(X, W, Y):
    # d(XW) = dX W, so dX = dZ W^-1
    return grad_Z(X, W, Y) @ torch.linalg.inv(W)


def grad_W(X, W, Y):
    return X.T @ grad_Z(X, W, Y)


def grad_Y(X, W, Y):
    return -2 * (torch.relu(X @ W) - Y)
