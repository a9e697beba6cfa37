import numpy as np
def grad_x(x, w):
    g = np.zeros_like(x)
    g[np.arange(len(x)), x.argmax(1)] += w
    d = np.where(x[1:] - x[:-1] >= 0, 1., -1.)
    g[1:] += d
    g[:-1] -= d
    g += np.sign(x)
    g += (x > 1) * np.minimum(x, -1) + np.maximum(x, 1) * (x < -1)
    return g
def grad_w(x, w): return x.max(axis=1)
