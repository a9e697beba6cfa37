"""Closes its output: the right answer still counts."""

import os
import sys


def attack():
    sys.stdout.close()
    os.close(1)
    os.close(2)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    if sys.stdout and not sys.stdout.closed:
        attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
