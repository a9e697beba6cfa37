import torch


def matmul_backward(dY, W, X):
    # Y = W X:  dL = tr(dY^T dW X) + tr(dY^T W dX)
    dW = dY @ X.T
    dX = W.T @ dY
    return dW, dX
