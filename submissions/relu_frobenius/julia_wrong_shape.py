import torch


def grad_X(X, W, Y):
    # one column per sample
    Z = X @ W
    return (2 * (torch.relu(Z) - Y) * (Z > 0) @ W.T).T


def grad_W(X, W, Y):
    Z = X @ W
    dW = X.T @ (2 * (torch.relu(Z) - Y) * (Z > 0))
    return dW.flatten()


def grad_Y(X, W, Y):
    Z = X @ W
    return (-2 * (torch.relu(Z) - Y)).sum()
