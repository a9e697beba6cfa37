# verdicts: logistic.b=incorrect logistic.f=correct loss_only.f=correct
import numpy as np


def logistic(w, b, X, y, reg):
    p = 1 / (1 + np.exp(-X @ w - b))
    n = y.size
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)) + reg * w.dot(w)
    dz = (p - y) / n
    return loss, (X.T @ dz + 2 * reg * w)[:, None], dz.mean()


def loss_only(w, b, X, y, reg):
    return [[logistic(w, b, X, y, reg)[0]]]
