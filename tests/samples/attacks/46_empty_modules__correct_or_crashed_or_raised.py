"""Empties the table of modules: its own answers at most are lost."""

# others may fall: they are called in the process that was spoilt

import sys


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    sys.modules.clear()
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
