"""Becomes a daemon by setsid and two forks: cannot, and the right answer still counts."""

import os

from target import attempt, libc


def attack():
    attempt("setsid", os.setsid)
    attempt("setpgid", lambda: os.setpgid(0, 0))
    attempt("fork", lambda: os.fork() or os._exit(0))
    attempt("daemon", lambda: libc("daemon", 0, 0))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
