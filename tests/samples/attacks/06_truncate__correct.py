"""Empties files that everybody may write: each must be denied, and the right answer still counts."""

import os

from target import OPEN, attempt


def attack():
    path = OPEN + "/keep.txt"
    attempt("truncate", lambda: os.truncate(path, 0))
    attempt("O_TRUNC", lambda: os.open(path, os.O_RDONLY | os.O_TRUNC))
    attempt("O_TRUNC", lambda: os.open(os.__file__, os.O_RDONLY | os.O_TRUNC))
    attempt("open", lambda: open(path, "w"))
    attempt("ftruncate", lambda: os.ftruncate(1, 0))
    attempt("fallocate", lambda: os.posix_fallocate(1, 0, 100))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
