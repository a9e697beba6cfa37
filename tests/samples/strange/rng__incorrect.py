# verdicts: Y=correct f=correct
import numpy as np
rng = np.random.default_rng(0)
def grads(X, W, Y, mu):
    E = X @ W - Y
    noise = rng.normal(size=X.shape) * 1e-4
    return (E @ W.T + noise, X.T @ E + mu), {"extra": -E}, .5 * (E ** 2).sum() + mu * abs(W).sum()
