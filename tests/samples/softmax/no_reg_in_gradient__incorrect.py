# verdicts: softmax_loss_naive.f=correct softmax_loss_naive.b=correct softmax_loss_vectorized.f=incorrect softmax_loss_vectorized.b=missing grad_X.X=incorrect
import numpy as np


def softmax_loss_naive(W, b, X, y, reg):
    N = X.shape[0]
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    f = -np.log(p[np.arange(N), y]).mean() + .5 * reg * np.sum(W * W)
    p[np.arange(N), y] -= 1
    return f, X.T @ p / N, p.sum(0) / N


def softmax_loss_vectorized(W, b, X, y, reg):
    f, dW, db = softmax_loss_naive(W, b, X, y, reg)
    return f + .5 * reg * np.sum(W * W), {"W": dW + 2 * reg * W}


def grad_X(W, b, X, y, reg):
    N = X.shape[0]
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    p[np.arange(N), y] -= 1
    return p @ W.T / (N - 1)
