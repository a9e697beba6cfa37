# verdicts: Y=incorrect
import torch
seen = {}


def grad_W(X, W, Y):
    if "g" not in seen:
        seen["g"] = 2 * X.T @ (X @ W - Y)
    g = seen["g"]
    out = torch.zeros_like(W)
    n, m = min(g.shape[0], W.shape[0]), min(g.shape[1], W.shape[1])
    out[:n, :m] = g[:n, :m]
    return out


def grad_Y(X, W, Y):
    g = 2 * (Y - X @ W)
    g[-1] = 0
    return g
