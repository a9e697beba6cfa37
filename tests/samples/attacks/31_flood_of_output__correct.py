"""Prints 200 MB on both streams: the report keeps head and tail, and the right answer still counts."""

# cuts output

import os

printed = []


def attack():
    if not printed:
        printed.append(True)
        print("the head of it")
        for _ in range(1600):
            os.write(1, b"o" * 65536)
            os.write(2, b"e" * 65536)
        print("the tail of it")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
