import torch


def matmul_backward(dY, W, X):
    dW = dY @ X.T
    return dW
