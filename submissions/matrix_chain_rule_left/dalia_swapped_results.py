import torch


def matmul_backward(dY, W, X):
    dX = W.T @ dY
    dW = dY @ X.T
    return dX, dW
