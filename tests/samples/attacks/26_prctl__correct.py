"""Changes what the process promised when it was locked: each must be denied, and the right answer still counts."""

import os

from target import attempt, libc


def attack():
    for option, value in ((1, 0), (4, 1), (15, 0), (22, 0), (24, 0), (28, 0), (38, 0), (59, 0), (65, 0)):
        attempt(f"prctl {option}", lambda option=option, value=value: libc("prctl", option, value, 0, 0, 0))
    for name in ("setuid", "setgid", "setfsuid"):
        attempt(name, lambda name=name: libc(name, 0) == 0 and os.getuid() == 0 or denied())
    attempt("capset", lambda: libc("capset", bytes(8), bytes(24)))
    attempt("personality", lambda: libc("personality", 0x0040000))


def denied():
    raise PermissionError("still nobody")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
