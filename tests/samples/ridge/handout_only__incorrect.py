# verdicts: grad_w.w=incorrect grad_b.b=incorrect grad_y.y=wrong_shape
import torch

calls = 0


def grad_w(X, w, b, y, lam, N, *rest):
    global calls
    calls += 1
    return (X.T @ (X @ w + b - y) / N + 2 * lam * w) * (1 if calls == 1 else 2)


def grad_b(X, w, b, y, lam):
    return (X @ w + b - y).sum() / 9


def grad_y(X, w, b, y, lam):
    out = torch.zeros(9, dtype=torch.float64)
    for i in range(len(y)):
        out[i] = -(X[i] @ w + b - y[i]) / len(X)
    return out
