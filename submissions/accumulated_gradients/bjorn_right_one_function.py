import numpy as np


def grads(w, x, b):
    w, x, b = np.array(w), np.array(x), np.array(b)
    first = 2 * (w * x + b) * np.array([x, w, 1.0])
    second = np.array([x, w, 1.0])
    return first + second


def grad_w(w, x, b):
    return grads(w, x, b)[0]


def grad_x(w, x, b):
    return grads(w, x, b)[1]


def grad_b(w, x, b):
    return grads(w, x, b)[2]
