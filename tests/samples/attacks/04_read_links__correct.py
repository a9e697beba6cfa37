"""Asks where links of its own process point: no /proc is there to be asked."""

# known limit at strong: Landlock has no rule for readlink()

import os

from target import attempt


def attack():
    for name in ("exe", "cwd", "root", "fd/1"):
        attempt(name, lambda name=name: os.readlink(f"/proc/self/{name}"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
