import torch
import numpy as np


def grad_W(X, W, Y):
    out = np.asfortranarray((2 * X.T @ (X @ W - Y)).numpy())
    out.flags.writeable = False
    return np.ma.array(out).data[::-1][::-1]


def grad_Y(X, W, Y):
    a = (2 * (Y - X @ W)).numpy()
    return [tuple(np.float64(v) for v in row) for row in a]
