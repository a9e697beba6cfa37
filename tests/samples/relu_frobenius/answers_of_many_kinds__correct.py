import torch


def grad_X(X, W, Y):
    Z = X @ W
    return (2 * (Z.clamp(min=0) - Y) * (Z > 0) @ W.T).tolist()


def grad_W(X, W, Y):
    Z = X @ W
    return (X.T @ (2 * (Z.clamp(min=0) - Y) * (Z > 0))).numpy()


def grad_Y(X, W, Y):
    return 2 * (Y - torch.relu(X @ W)).float()
