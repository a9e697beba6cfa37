import torch


def forward(X, W, b, y, reg):
    S = X @ W + b
    P = torch.softmax(S, dim=1)
    L = -torch.log(P[torch.arange(len(y)), y]).mean()
    f = L + reg * (W**2).sum()
    return S, P, L, f


def backward(X, W, b, y, reg):
    S, P, L, f = forward(X, W, b, y, reg)
    rows = torch.arange(len(y))
    dP = torch.zeros_like(P)
    dP[rows, y] = -1 / P[rows, y] / len(y)
    # like the sigmoid: p (1 - p)
    dS = dP * P * (1 - P)
    dW = X.T @ dS + 2 * reg * W
    return dS, dW, dS.sum(dim=0)
