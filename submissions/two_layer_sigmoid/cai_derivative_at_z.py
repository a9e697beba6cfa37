import torch


def sigmoid(z):
    return 1 / (1 + torch.exp(-z))


def d_sigmoid(s):
    # s 是 sigmoid 的输出
    return s * (1 - s)


def backprop(x, y, w1, w2, b1, b2):
    z = x @ w1 + b1
    h = sigmoid(z)
    e = h @ w2 + b2 - y
    dy = -2 * e
    db2 = 2 * e
    dw2 = h.T @ db2
    dz = db2 @ w2.T * d_sigmoid(z)
    return dz @ w1.T, dy, x.T @ dz, dw2, dz, db2


def grad_x(*args):
    return backprop(*args)[0]


def grad_y(*args):
    return backprop(*args)[1]


def grad_w1(*args):
    return backprop(*args)[2]


def grad_w2(*args):
    return backprop(*args)[3]


def grad_b1(*args):
    return backprop(*args)[4]


def grad_b2(*args):
    return backprop(*args)[5]
