"""Looks at every descriptor: there are input, output and the way of the answers, and no more."""

import os

from target import attempt


def attack():
    print("DENIED: nothing, but", [descriptor for descriptor in range(1024) if exists(descriptor)])
    for descriptor in range(5, 1024):
        if exists(descriptor):
            print("REACHED: descriptor", descriptor)
    for descriptor in range(1, 5):
        attempt("read", lambda descriptor=descriptor: os.read(descriptor, 1))
        attempt("pread", lambda descriptor=descriptor: os.pread(descriptor, 1, 0))
    if os.read(0, 1):
        print("REACHED: input")


def exists(descriptor):
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
