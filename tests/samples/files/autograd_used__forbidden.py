# verdicts: Y=correct
# warnings: mentions_autograd
import torch


def grad_W(X, W, Y):
    W = W.clone().requires_grad_(True)
    loss = ((X @ W - Y) ** 2).sum()
    try:
        loss.backward()
    except BaseException:
        return 2 * X.T @ (X @ W - Y).detach()
    return W.grad


def grad_Y(X, W, Y):
    return 2 * (Y - X @ W)
