"""f = ||y - (sigmoid(x w1 + b1) w2 + b2)||_F^2"""

import torch


def forward(x, w1, w2, b1, b2):
    h = torch.sigmoid(x @ w1 + b1)
    r = h @ w2 + b2
    return h, r


def grad_y(x, y, w1, w2, b1, b2):
    h, r = forward(x, w1, w2, b1, b2)
    return 2 * (y - r)


def grad_b2(x, y, w1, w2, b1, b2):
    return -grad_y(x, y, w1, w2, b1, b2)


def grad_w2(x, y, w1, w2, b1, b2):
    h, r = forward(x, w1, w2, b1, b2)
    return h.T @ grad_b2(x, y, w1, w2, b1, b2)


def grad_b1(x, y, w1, w2, b1, b2):
    # sigma' = sigma (1 - sigma)
    h, r = forward(x, w1, w2, b1, b2)
    dh = grad_b2(x, y, w1, w2, b1, b2) @ w2.T
    return dh * h * (1 - h)


def grad_w1(x, y, w1, w2, b1, b2):
    return x.T @ grad_b1(x, y, w1, w2, b1, b2)


def grad_x(x, y, w1, w2, b1, b2):
    return grad_b1(x, y, w1, w2, b1, b2) @ w1.T


if __name__ == "__main__":
    torch.manual_seed(0)
    shapes = [(100, 1), (100, 1), (1, 10), (10, 1), (100, 10), (100, 1)]
    args = [torch.randn(s, dtype=torch.double, requires_grad=True) for s in shapes]
    x, y, w1, w2, b1, b2 = args
    ((y - (torch.sigmoid(x @ w1 + b1) @ w2 + b2)) ** 2).sum().backward()
    mine = [grad_x, grad_y, grad_w1, grad_w2, grad_b1, grad_b2]
    with torch.no_grad():
        print([torch.allclose(f(*args), a.grad) for f, a in zip(mine, args)])
