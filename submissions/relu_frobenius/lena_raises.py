import torch


def grad_W(X, W, Y):
    H = torch.relu(X @ W)
    dZ = 2 * (H - Y) * (H > 0)
    return X @ dZ  # X^T?


def grad_X(X, W, Y):
    H = torch.relu(X @ W)
    dZ = 2 * (H - Y) * (H > 0)
    return dZ @ W.transpose()


def grad_Y(X, W, Y):
    H = torch.relu(X @ W)
    return 2 * (Y - H)
