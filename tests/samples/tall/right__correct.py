import torch
def grad_w(X, w, y):
    X, w, y = X.numpy().astype("float32"), w.numpy().astype("float32"), y.numpy().astype("float32")
    total = 0 * w
    for i in range(len(X)):
        total += 2 * X[i] * (X[i] @ w - y[i])
    return total / len(X)
def grad_y(X, w, y):
    return [-2 * float(a) / y.numel() for a in (X @ w - y)]
