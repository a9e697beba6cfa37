"""Backward pass of Y = X W, given dY = dL/dY."""

import torch


def grad_X(dY, X, W):
    # (N, M) (M, D) -> (N, D)
    return dY @ W.T


def grad_W(dY, X, W):
    # (D, N) (N, M) -> (D, M)
    return X.T @ dY


if __name__ == "__main__":
    N, D, M = 2, 4, 3
    X = torch.randn(N, D, requires_grad=True)
    W = torch.randn(D, M, requires_grad=True)
    dY = torch.randn(N, M)
    (X @ W).backward(dY)
    print(torch.allclose(X.grad, grad_X(dY, X, W)), torch.allclose(W.grad, grad_W(dY, X, W)))
