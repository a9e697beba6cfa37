"""Opens files until there are no more descriptors: the right answer still counts."""

import os

held = []


def attack():
    try:
        for _ in range(10000):
            held.append(os.open(os.__file__, os.O_RDONLY))
        print("REACHED: 10000 descriptors")
    except OSError:
        print("DENIED: more than", len(held), "descriptors")


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
