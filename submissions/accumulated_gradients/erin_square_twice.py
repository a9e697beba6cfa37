import torch


def backward_square(w, x, b):
    t = w * x + b
    return torch.stack([2 * t * x, 2 * t * w, 2 * t])


def accumulated(w, x, b):
    return backward_square(w, x, b) + backward_square(w, x, b)


def grad_w(w, x, b):
    return accumulated(w, x, b)[0]


def grad_x(w, x, b):
    return accumulated(w, x, b)[1]


def grad_b(w, x, b):
    return accumulated(w, x, b)[2]
