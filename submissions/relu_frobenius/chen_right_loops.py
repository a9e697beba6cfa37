# 作业：f = ||max(XW, 0) - Y||_F^2 的梯度
# 不用矩阵公式，直接按分量求偏导，再用循环累加
import numpy as np


def zhengxiang(X, W):
    """前向：Z = XW, H = max(Z, 0)"""
    n, d = X.shape
    m = W.shape[1]
    Z = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            for k in range(d):
                Z[i, j] += X[i, k] * W[k, j]
    H = np.maximum(Z, 0)
    return Z, H


def grad_X(X, W, Y):
    X, W, Y = np.array(X), np.array(W), np.array(Y)
    Z, H = zhengxiang(X, W)
    dX = np.zeros_like(X)
    for i in range(X.shape[0]):
        for k in range(X.shape[1]):
            for j in range(W.shape[1]):
                if Z[i, j] > 0:  # 只有大于零的部分有梯度
                    dX[i, k] += 2 * (H[i, j] - Y[i, j]) * W[k, j]
    return dX


def grad_W(X, W, Y):
    X, W, Y = np.array(X), np.array(W), np.array(Y)
    Z, H = zhengxiang(X, W)
    dW = np.zeros_like(W)
    for k in range(W.shape[0]):
        for j in range(W.shape[1]):
            for i in range(X.shape[0]):
                if Z[i, j] > 0:
                    dW[k, j] += 2 * (H[i, j] - Y[i, j]) * X[i, k]
    return dW


def grad_Y(X, W, Y):
    X, W, Y = np.array(X), np.array(W), np.array(Y)
    Z, H = zhengxiang(X, W)
    dY = np.zeros_like(Y)
    for i in range(Y.shape[0]):
        for j in range(Y.shape[1]):
            dY[i, j] = -2 * (H[i, j] - Y[i, j])
    return dY
