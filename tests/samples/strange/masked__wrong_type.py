# verdicts: X=correct extra=correct Y=correct f=not_finite
import numpy as np
def grads(X, W, Y, mu):
    E = X @ W - Y
    return (E @ W.T, np.ma.masked_less(X.T @ E, 0)), {"extra": [list(map(np.float32, r)) for r in -E]}, -np.inf
