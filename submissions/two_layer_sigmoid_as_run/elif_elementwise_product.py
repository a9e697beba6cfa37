import torch


def _out(x, y, w1, w2, b1, b2):
    h = torch.sigmoid(x @ w1)
    return h, 2 * ((h + b1) @ w2 + b2 - y)


def grad_y(x, y, w1, w2, b1, b2):
    return -_out(x, y, w1, w2, b1, b2)[1]


def grad_b2(x, y, w1, w2, b1, b2):
    return _out(x, y, w1, w2, b1, b2)[1]


def grad_w2(x, y, w1, w2, b1, b2):
    h, e = _out(x, y, w1, w2, b1, b2)
    return (h + b1) * e


def grad_b1(x, y, w1, w2, b1, b2):
    h, e = _out(x, y, w1, w2, b1, b2)
    return e * w2.T


def grad_w1(x, y, w1, w2, b1, b2):
    h, e = _out(x, y, w1, w2, b1, b2)
    return x * (e * w2.T * h * (1 - h))


def grad_x(x, y, w1, w2, b1, b2):
    h, e = _out(x, y, w1, w2, b1, b2)
    return ((e * w2.T * h * (1 - h)) * w1).sum(1, keepdim=True)
