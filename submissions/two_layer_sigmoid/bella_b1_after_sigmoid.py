# I followed the program on the sheet: torch.sigmoid(x @ w1) + b1
import torch


def forward(x, w1, w2, b1, b2):
    s = torch.sigmoid(x @ w1)
    return s, (s + b1) @ w2 + b2


def grad_y(x, y, w1, w2, b1, b2):
    s, out = forward(x, w1, w2, b1, b2)
    return 2 * (y - out)


def grad_b2(x, y, w1, w2, b1, b2):
    s, out = forward(x, w1, w2, b1, b2)
    return 2 * (out - y)


def grad_w2(x, y, w1, w2, b1, b2):
    s, out = forward(x, w1, w2, b1, b2)
    return (s + b1).T @ (2 * (out - y))


def grad_b1(x, y, w1, w2, b1, b2):
    return grad_b2(x, y, w1, w2, b1, b2) @ w2.T


def grad_w1(x, y, w1, w2, b1, b2):
    s, out = forward(x, w1, w2, b1, b2)
    return x.T @ (grad_b1(x, y, w1, w2, b1, b2) * s * (1 - s))


def grad_x(x, y, w1, w2, b1, b2):
    s, out = forward(x, w1, w2, b1, b2)
    return (grad_b1(x, y, w1, w2, b1, b2) * s * (1 - s)) @ w1.T
