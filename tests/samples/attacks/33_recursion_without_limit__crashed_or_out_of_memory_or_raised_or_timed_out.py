"""Recurses without end or limit: ends the process at most, and only this function is lost."""

import sys


def dive(value):
    return repr(Deeper())


class Deeper:
    def __repr__(self):
        return repr(Deeper())


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    sys.setrecursionlimit(10**9)
    return dive([])


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
