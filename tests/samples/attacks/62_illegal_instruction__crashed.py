"""Raises SIGILL and SIGFPE: a crash, and only this function is lost."""

import signal


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    signal.raise_signal(signal.SIGILL)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
