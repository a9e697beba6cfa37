# warnings: mentions_autograd
import torch


def grad_W(X, W, Y):
    X.requires_grad_()
    W = torch.tensor(W, requires_grad=True)
    return 2 * X.T @ (X @ W - Y)


def grad_Y(X, W, Y):
    return 2 * (torch.autograd.Variable(Y) - X @ W)
