"""Ends the process with status 0 before it answers: no answer."""

import os


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    os._exit(0)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
