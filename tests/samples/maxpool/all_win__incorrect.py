import numpy as np
def grad_x(x, w):
    top = x == x.max(1, keepdims=True)
    g = top * w[:, None]
    d = np.sign(x[1:] - x[:-1])
    g[1:] += d
    g[:-1] -= d
    g += np.where(x < 0, -1, 1)
    g += (x >= 1) * np.minimum(x, -1) + np.maximum(x, 1) * (x <= -1)
    return g
def grad_w(x, w): return np.amax(x, 1) + 1e-3 * np.sign(w)
