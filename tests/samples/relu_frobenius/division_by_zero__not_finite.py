import torch


def grad_X(X, W, Y):
    return X / torch.zeros_like(X)


def grad_W(X, W, Y):
    return torch.log(W - W)


def grad_Y(X, W, Y):
    return torch.exp(1000 * torch.ones_like(Y))
