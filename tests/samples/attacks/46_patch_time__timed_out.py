"""Stops all clocks that Python has, then loops: the clocks that count are outside."""

# slow

import time


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    time.monotonic = time.time = time.perf_counter = time.process_time = lambda: 0.0
    while True:
        pass


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
