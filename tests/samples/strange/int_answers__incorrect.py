# verdicts: W=wrong_shape
import numpy as np
def grads(X, W, Y, mu):
    E = X @ W - Y
    return ((E @ W.T).round().astype(int), (X.T @ E)[None]), {"extra": -E.astype(np.float32).astype(np.float16)}, int(.5 * (E ** 2).sum())
