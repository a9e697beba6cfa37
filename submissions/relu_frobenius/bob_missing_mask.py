import torch


def relu(Z):
    return torch.relu(Z)


def grad_Y(X, W, Y):
    return -2 * (relu(X @ W) - Y)


def grad_W(X, W, Y):
    R = relu(X @ W) - Y
    return 2 * X.t() @ R


def grad_X(X, W, Y):
    R = relu(X @ W) - Y
    return 2 * R @ W.t()
