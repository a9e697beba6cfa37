"""Replaces itself by another program from a thread: the process ends, and only this function is lost."""

import os
import threading


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    thread = threading.Thread(target=os.execv, args=("/bin/true", ["true"]))
    thread.start()
    thread.join()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
