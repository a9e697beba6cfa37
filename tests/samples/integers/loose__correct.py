import torch
def grad_X(X, W, B): return ((X @ W) >= 0).double() @ W.T + (X >= B).double()
def grad_W(X, W, B): return X.T @ ((X @ W) >= 0).double() + (W >= 0).double() * 2 - 1
def grad_B(X, W, B): return (B >= X)
