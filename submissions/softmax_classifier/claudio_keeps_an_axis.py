import torch


def forward(X, W, b, y, reg):
    S = X @ W + b
    P = torch.softmax(S, dim=1)
    L = -torch.log(P[torch.arange(len(y)), y]).mean()
    f = L + reg * (W**2).sum()
    return S, P, L, f


def backward(X, W, b, y, reg):
    S, P, L, f = forward(X, W, b, y, reg)
    Y = torch.eye(len(b))[y]
    dS = (P - Y) / len(y)
    dW = X.T @ dS + 2 * reg * W
    db = dS.sum(dim=0, keepdim=True)
    return dS, dW, db
