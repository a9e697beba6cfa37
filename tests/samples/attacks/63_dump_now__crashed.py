"""Lets faulthandler end the process in the middle of a call: a crash, and only this function is lost."""

import faulthandler
import time


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    faulthandler.dump_traceback_later(0.05, exit=True)
    time.sleep(1)
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
