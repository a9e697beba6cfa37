# verdicts: Y=incorrect
import torch
def grad_X(X, W, Y): return 2 * ((X @ W).relu() - Y).relu() @ W.T
def grad_W(X, W, Y): return 2 * X.T @ (((X @ W).relu() - Y) * (Y > 0))
def grad_Y(X, W, Y): return -2 * (X @ W).relu() - Y
