import numpy as np
def cost(theta, X, y, lam):
    m = y.size
    r = X @ theta - y
    reg = np.r_[0, theta[1:]]
    return r @ r / (2 * m) + lam * reg @ reg / 2 / m, (X.T @ r + lam * reg) / m
