import torch


def forward(X, W, b, y, reg):
    S = X @ W + b
    # the largest score of a row is taken off first, so that exp does not overflow
    E = torch.exp(S - S.max(dim=1, keepdim=True).values)
    P = E / E.sum(dim=1, keepdim=True)
    L = -torch.log(P[torch.arange(len(y)), y]).mean()
    return S, P, L, L + reg * (W**2).sum()


def backward(X, W, b, y, reg):
    S, P, L, f = forward(X, W, b, y, reg)
    dS = P.clone()
    dS[torch.arange(len(y)), y] -= 1
    dS /= len(y)
    dW = X.T @ dS + 2 * reg * W
    db = dS.sum(dim=0)
    return dS, dW, db
