"""Changes its root and its folder: must be denied, and the right answer still counts."""

import os

from target import attempt, libc


def attack():
    attempt("chroot", lambda: os.chroot("/"))
    attempt("fchdir", lambda: os.fchdir(os.open(os.path.dirname(os.__file__), os.O_RDONLY)))
    attempt("umount", lambda: libc("swapoff", b"/"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
