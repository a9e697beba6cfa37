"""Forks again and again: not one child comes of it, and the right answer still counts."""

import os


def attack():
    for _ in range(1000):
        try:
            if os.fork() == 0:
                os._exit(0)
            print("REACHED: fork")
        except PermissionError:
            pass
    print("DENIED: fork")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
