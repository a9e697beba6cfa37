import torch


def matmul_backward(dY, W, X):
    # from the lecture: dX = dY W^T, dW = X^T dY
    dX = dY @ W.T
    dW = X.T @ dY
    return dW, dX
