import torch


def grad_X(dY, X, W):
    dX = torch.zeros_like(X)
    for n in range(X.shape[0]):
        for d in range(X.shape[1]):
            for m in range(W.shape[1]):
                dX[n, d] += dY[n, m] * W[d, m]
    return dX


def grad_W(dY, X, W):
    dW = torch.zeros_like(W)
    for d in range(W.shape[0]):
        for m in range(W.shape[1]):
            for n in range(X.shape[0]):
                dW[d, m] += X[n, d] * dY[n, m]
    return dW
