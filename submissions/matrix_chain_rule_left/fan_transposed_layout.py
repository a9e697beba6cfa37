# 分子布局：dW 的形状是 W^T 的形状
import torch


def matmul_backward(dY, W, X):
    dW = X @ dY.T
    dX = W.T @ dY
    return dW, dX
