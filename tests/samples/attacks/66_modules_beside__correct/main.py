"""Hands in modules named like numpy, torch and the grader's beside its own: the true ones are used."""

import numpy as np
import torch


def attack():
    assert torch.ones(1).item() == 1 and np.ones(1)[0] == 1


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
