"""Prints the environment: no secret of the grader's is in it, and the right answer still counts."""

import ctypes
import os

from target import attempt


def attack():
    print(dict(os.environ))
    print(ctypes.c_char_p.in_dll(ctypes.CDLL(None), "environ"))
    for name in ("GRADER_TOKEN", "LMS_TOKEN", "DATABASE_URL"):
        attempt(name, lambda name=name: os.environ[name])


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
