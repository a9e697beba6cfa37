"""Makes all inputs zero, so that the reference might be too, and returns zeros: wrong, and the changes are reported.
"""

# warns of mutates_inputs

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    for array in (X, W, Y):
        array.zero_()
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
