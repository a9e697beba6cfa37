# verdicts: loss=correct
import numpy as np
def cost(theta, X, y, lam):
    m = y.size
    r = X @ theta - y
    return r @ r / (2 * m) + lam * theta[1:] @ theta[1:] / 2 / m, (X.T @ r + lam * theta) / m
