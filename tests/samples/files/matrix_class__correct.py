import numpy as np


def grad_W(X, W, Y):
    X, W, Y = map(np.matrix, (X.numpy(), W.numpy(), Y.numpy()))
    return 2 * X.T * (X * W - Y)


def grad_Y(X, W, Y):
    return [2 * (y - x @ W) for x, y in zip(X, Y)]
