# warnings: encoding
# 这是第一个函数，计算梯度
import torch

说明 = "矩阵乘法"


def grad_W(X, W, Y):
    return 2 * X.T @ (X @ W - Y)  # 转置


def grad_Y(X, W, Y):
    print("结果：", 说明)
    return 2 * (Y - X @ W)
