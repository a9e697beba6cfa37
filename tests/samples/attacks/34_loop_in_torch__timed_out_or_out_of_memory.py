"""Multiplies large matrices for ever inside torch: killed by its CPU time."""

# slow

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    A = torch.ones(2000, 2000)
    while True:
        A = A @ A


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
