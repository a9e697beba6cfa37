"""Opens its own descriptors by their names: no /proc is there to name them."""

# known limit at strong: Landlock has no rule for pipes, so a process may open its own ones again

import os

from target import attempt


def attack():
    for path in ("/proc/self/fd", "/dev/fd", "/proc/thread-self/fd", "/proc/self/fdinfo"):
        attempt(path, lambda path=path: os.listdir(path))
        for number in range(8):
            attempt(path, lambda path=path, number=number: open(f"{path}/{number}", "rb"))
    for path in ("/dev/stdin", "/dev/stdout"):
        attempt(path, lambda path=path: open(path, "rb"))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
