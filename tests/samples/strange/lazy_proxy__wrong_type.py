# verdicts: f=incorrect X=correct W=incorrect
import numpy as np
class Proxy:
    def __init__(self, a): self.a = a
    def __array__(self, dtype=None, copy=None): return self.a
    def __getattr__(self, n): return getattr(self.a, n)
def grads(X, W, Y, mu):
    E = X @ W - Y
    return (np.matmul(E, W.T), X.T @ E + mu * W), {"extra": Proxy(-E)}, .5 * (E ** 2).sum() + mu * (abs(W).sum() + 1e-2)
