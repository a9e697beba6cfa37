"""Holds the way of the answers open in a thread that never ends: the right answer still counts."""

import os
import threading
import time


def attack():
    held = os.dup(3)
    threading.Thread(target=hold, args=(held,)).start()


def hold(descriptor):
    while True:
        time.sleep(1)
        os.fstat(descriptor)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
