"""Switches off the collector of garbage and hooks into it: the right answer still counts."""

import gc


def attack():
    gc.disable()
    gc.set_threshold(1)
    gc.callbacks.append(lambda *args: 1 / 0)
    gc.freeze()


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
