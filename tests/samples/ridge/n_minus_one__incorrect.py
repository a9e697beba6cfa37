# verdicts: grad_b.b=incorrect grad_y.y=wrong_shape
import torch


def grad_w(X, w, b, y, lam, N, *rest):
    return X.T @ (X @ w + b - y) / (N - 1) + 2 * lam * w


def grad_b(X, w, b, y, lam):
    return (X @ w + b - y)[1:].sum() / len(X)


def grad_y(X, w, b, y, lam):
    return -(X @ w + b - y).sum() / len(X)
