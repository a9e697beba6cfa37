# verdicts: grad_b.b=incorrect grad_y.y=incorrect
import torch


def grad_w(X, w, b, y, lam, N, *rest):
    g = X.T @ (X @ w + b - y) / N + 2 * lam * w
    g[-1] = float("nan")
    return g


def grad_b(X, w, b, y, lam):
    return (X @ w + b - y).mean().half()


def grad_y(X, w, b, y, lam):
    return (-(X @ w + b - y) / len(X)).to(torch.float16)
