# verdicts: logistic.b=correct loss_only.f=not_finite logistic.f=incorrect
import numpy as np


def logistic(w, b, X, y, reg):
    p = 1 / (1 + np.exp(-X @ w - b))
    n = y.size
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + reg * np.sqrt(w.dot(w))
    dz = (p - y) / n
    return loss, X.T @ dz + reg * w, dz.sum(keepdims=True)


def loss_only(w, b, X, y, reg):
    return float("nan")
