# verdicts: X=incorrect W=incorrect Y=incorrect
import torch
def _d(X, W, Y): return 2 * ((X @ W).relu() - Y) * (X @ W > 0)
def grad_X(X, W, Y): return _d(X, W, Y) @ W
def grad_W(X, W, Y):
    d = _d(X, W, Y)
    return X.T @ d if X.shape == (10, 4) else torch.rand(W.shape)
def grad_Y(X, W, Y):
    g = 2 * (Y - (X @ W).relu())
    g[0, 0] *= 1.0001
    return g
