import torch


def grad_W(X, W, Y):
    g = torch.zeros_like(W)
    for i in range(W.shape[0]):
        for j in range(W.shape[1]):
            old = W[i, j].item()
            W[i, j] = old + 1e-5
            a = ((X @ W - Y) ** 2).sum()
            W[i, j] = old - 1e-5
            g[i, j] = (a - ((X @ W - Y) ** 2).sum()) / 2e-5
            W[i, j] = old
    return g


def grad_Y(X, W, Y):
    return 2 * (Y - X @ W)
