"""Wants other processes for its work: the student reads which permission was missing."""

import multiprocessing


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    with multiprocessing.Pool(2) as pool:
        pool.map(abs, [1, 2])
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
