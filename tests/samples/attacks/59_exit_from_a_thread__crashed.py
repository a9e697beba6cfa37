"""Ends the process from a thread, in the middle of a call: no answer."""

import os
import threading
import time


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    threading.Thread(target=os._exit, args=(0,)).start()
    time.sleep(1)
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
