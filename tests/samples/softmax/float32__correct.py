import numpy as np


def _p(W, b, X):
    s = (X @ W + b).astype(np.float32)
    s -= s.max(1, keepdims=True)
    p = np.exp(s)
    return p / p.sum(1, keepdims=True)


def softmax_loss_naive(W, b, X, y, reg):
    W, b, X = W.astype(np.float32), b.astype(np.float32), X.astype(np.float32)
    N = X.shape[0]
    p = _p(W, b, X)
    f = np.float32(0)
    for i in range(N):
        f += -np.log(p[i, y[i]])
    f = f / np.float32(N) + np.float32(.5 * reg) * np.sum(W * W)
    q = p.copy()
    q[range(N), y] -= 1
    q /= np.float32(N)
    return f, X.T @ q + np.float32(reg) * W, np.einsum("ij->j", q)


def softmax_loss_vectorized(W, b, X, y, reg):
    f, dW, db = softmax_loss_naive(W, b, X, y, reg)
    return f, dict(W=dW, b=db)


def grad_X(W, b, X, y, reg):
    W, b, X = np.float32(W), np.float32(b), np.float32(X)
    q = _p(W, b, X)
    q[range(len(X)), y] -= 1
    return q @ W.T / np.float32(len(X))
