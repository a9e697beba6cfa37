import time, random, os
import torch
state = {"n": 0}
def _d(X, W, Y): return 2 * ((X @ W).relu() - Y) * (X @ W > 0)
def grad_X(X, W, Y):
    state["n"] += 1
    return _d(X, W, Y) @ W.T * (1 + (state["n"] == 4))
def grad_W(X, W, Y):
    return X.T @ _d(X, W, Y) + torch.randn(W.shape)
def grad_Y(X, W, Y):
    return (-2 * ((X @ W).relu() - Y)) + random.random() + hash("a") % 3 + 1e-3 * list({'a', 'b', 'c', 'd'}).index('a')
