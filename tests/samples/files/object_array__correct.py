import numpy as np
from fractions import Fraction
from decimal import Decimal


def grad_W(X, W, Y):
    R = X @ W - Y
    g = 2 * X.T @ R
    return np.array(g.tolist(), dtype=object)


def grad_Y(X, W, Y):
    return (2 * (Y - X @ W)).numpy().astype(">f8")
