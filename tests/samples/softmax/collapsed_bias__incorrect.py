# verdicts: softmax_loss_naive.f=correct softmax_loss_naive.W=correct softmax_loss_vectorized.f=correct softmax_loss_vectorized.W=incorrect grad_X.X=wrong_shape softmax_loss_vectorized.b=wrong_shape
import numpy as np


def softmax_loss_naive(W, b, X, y, reg):
    N = X.shape[0]
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    f = -np.log(p[np.arange(N), y]).mean() + .5 * reg * np.sum(W * W)
    p[np.arange(N), y] -= 1
    return f, X.T @ p / N + reg * W, np.zeros_like(b) + p.sum() / N


def softmax_loss_vectorized(W, b, X, y, reg):
    f, dW, db = softmax_loss_naive(W, b, X, y, reg)
    return f, {"W": dW - reg * W + reg * np.sum(W), "b": np.zeros((1, len(b)))}


def grad_X(W, b, X, y, reg):
    N = X.shape[0]
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    p[np.arange(N), y] -= 1
    return W @ p.T / N
