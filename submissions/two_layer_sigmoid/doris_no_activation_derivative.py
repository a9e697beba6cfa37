import torch


def _e(x, y, w1, w2, b1, b2):
    h = torch.sigmoid(x @ w1 + b1)
    return h, 2 * (h @ w2 + b2 - y)


def grad_y(x, y, w1, w2, b1, b2):
    return -_e(x, y, w1, w2, b1, b2)[1]


def grad_b2(x, y, w1, w2, b1, b2):
    return _e(x, y, w1, w2, b1, b2)[1]


def grad_w2(x, y, w1, w2, b1, b2):
    h, e = _e(x, y, w1, w2, b1, b2)
    return h.T @ e


def grad_b1(x, y, w1, w2, b1, b2):
    h, e = _e(x, y, w1, w2, b1, b2)
    return e @ w2.T


def grad_w1(x, y, w1, w2, b1, b2):
    h, e = _e(x, y, w1, w2, b1, b2)
    return x.T @ (e @ w2.T)


def grad_x(x, y, w1, w2, b1, b2):
    h, e = _e(x, y, w1, w2, b1, b2)
    return e @ w2.T @ w1.T
