import numpy as np
from collections import namedtuple
Result = namedtuple("Result", "loss dW db")


def softmax_loss_naive(W, b, X, y, reg):
    N = X.shape[0]
    C = W.shape[1]
    dW = np.zeros_like(W)
    db = np.zeros_like(b)
    loss = 0.0
    for i in range(N):
        s = X[i].dot(W) + b
        s -= np.max(s)
        p = np.exp(s) / np.exp(s).sum()
        loss -= np.log(p[y[i]])
        for j in range(C):
            g = p[j] - (1 if j == y[i] else 0)
            dW[:, j] += g * X[i]
            db[j] += g
    return Result(loss / N + .5 * reg * (W ** 2).sum(), dW / N + reg * W, db / N)


def softmax_loss_vectorized(W, b, X, y, reg):
    N = len(X)
    s = X @ W + b
    s = s - s.max(axis=1, keepdims=True)
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    loss = -np.log(p[np.arange(N), y]).mean() + .5 * reg * np.sum(W * W)
    p[np.arange(N), y] -= 1
    p /= N
    return [loss, {"W": X.T @ p + reg * W, "b": p.sum(0)}]


def grad_X(W, b, X, y, reg):
    s = X @ W + b
    p = np.exp(s) / np.exp(s).sum(1, keepdims=True)
    return [[float(v) for v in r] for r in ((p - np.eye(W.shape[1])[y]) @ W.T / len(X))]
