"""Leaves threads that are no daemons and an exit that hangs: not waited for."""

import atexit
import threading
import time


def attack():
    threading.Thread(target=time.sleep, args=(10**6,)).start()
    atexit.register(time.sleep, 10**6)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
