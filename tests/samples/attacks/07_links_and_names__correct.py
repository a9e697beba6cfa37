"""Makes, moves and removes names of files: each must be denied, and the right answer still counts."""

import os

from target import OPEN, attempt


def attack():
    old, new = OPEN + "/keep.txt", OPEN + "/attack-dropping"
    attempt("symlink", lambda: os.symlink("/etc/passwd", new))
    attempt("link", lambda: os.link(old, new))
    attempt("link", lambda: os.link(os.__file__, new))
    attempt("rename", lambda: os.rename(old, new))
    attempt("replace", lambda: os.replace(old, new))
    attempt("unlink", lambda: os.unlink(old))
    attempt("mkdir", lambda: os.mkdir(new))
    attempt("rmdir", lambda: os.rmdir(OPEN + "/empty"))
    attempt("mkfifo", lambda: os.mkfifo(new))
    attempt("mknod", lambda: os.mknod(new))
    attempt("mkdir", lambda: os.mkdir("/attack-dropping"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
