import torch

# residual = target - prediction


def grad_Y(X, W, Y):
    R = Y - torch.relu(X @ W)
    return 2 * R


def grad_W(X, W, Y):
    Z = X @ W
    R = Y - torch.relu(Z)
    return 2 * X.T @ (R * (Z > 0))


def grad_X(X, W, Y):
    Z = X @ W
    R = Y - torch.relu(Z)
    return 2 * (R * (Z > 0)) @ W.T
