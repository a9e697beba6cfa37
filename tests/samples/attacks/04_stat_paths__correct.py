"""Asks for size, time and existence of files outside of the box: nothing is there to be asked about."""

# planted
# known limit at strong: Landlock has no rule for stat(), only a private root hides what there is

import os

from target import SECRET_FILE, TREE, attempt


def attack():
    attempt("stat", lambda: os.stat(SECRET_FILE).st_size)
    attempt("lstat", lambda: os.lstat(TREE).st_mtime)
    attempt("access", lambda: os.access(SECRET_FILE, os.F_OK) or denied())
    attempt("exists", lambda: os.path.exists("/etc/passwd") or denied())
    attempt("statvfs", lambda: os.statvfs(TREE))


def denied():
    raise PermissionError("not there")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
