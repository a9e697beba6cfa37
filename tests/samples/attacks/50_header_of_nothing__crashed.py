"""Announces a header of no bytes: refused."""

import os

import torch


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    os.write(3, bytes(4))
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
