import torch


def grad_Z(X, W, Y):
    R = torch.relu(X @ W) - Y
    return 2 * R * (R > 0)


def grad_X(X, W, Y):
    return grad_Z(X, W, Y) @ W.T


def grad_W(X, W, Y):
    return X.T @ grad_Z(X, W, Y)


def grad_Y(X, W, Y):
    return -2 * (torch.relu(X @ W) - Y)
