import torch

# optimizer.zero_grad() is called before the second backward, right?


def grad_w(w, x, b):
    return x


def grad_x(w, x, b):
    return w


def grad_b(w, x, b):
    return torch.ones(())
