"""Sleeps for ever: the clock on the wall ends it, and only this function is lost."""

# slow

import time


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    time.sleep(10**6)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
