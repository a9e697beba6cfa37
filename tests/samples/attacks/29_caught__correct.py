"""Catches that there was no memory and goes on: the right answer still counts."""

import numpy as np
import torch


def attack():
    for act in (lambda: bytearray(8 << 30), lambda: torch.ones(10**9), lambda: np.ones(10**9), lambda: [0] * 10**9):
        try:
            act()
            print("REACHED: 8 GB")
        except (MemoryError, RuntimeError) as error:
            print("DENIED:", type(error).__name__)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
