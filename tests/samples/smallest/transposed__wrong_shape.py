# verdicts: Y=incorrect W=incorrect
import torch
def _d(X, W, Y): return 2 * ((X @ W).relu() - Y) * (X @ W > 0)
def grad_X(X, W, Y): return _d(X, W, Y).T
def grad_W(X, W, Y): return _d(X, W, Y).T @ X
def grad_Y(X, W, Y): return 2 * (Y - X @ W) * (X @ W > 0) - 2 * Y * (X @ W > 0)
