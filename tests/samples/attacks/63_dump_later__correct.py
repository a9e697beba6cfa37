"""Lets faulthandler dump and exit later: the right answer still counts."""

import faulthandler


def attack():
    faulthandler.enable()
    faulthandler.dump_traceback_later(1000, exit=True)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
