"""Announces a header of a byte more than there may be: refused."""

import os

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    os.write(3, (65537).to_bytes(4, "little") + b" " * 65000)
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
