"""Opens files as mere paths, and steps into folders: nothing is there to be named."""

# known limit at strong: Landlock has no rule for O_PATH and chdir(), which read nothing

import os

from target import SECRET_FILE, TREE, attempt


def attack():
    attempt("O_PATH", lambda: os.open(SECRET_FILE, os.O_PATH))
    attempt("O_PATH", lambda: os.fstat(os.open("/etc/passwd", os.O_PATH)).st_size)
    attempt("chdir", lambda: os.chdir(TREE))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
