"""Loops for ever in four threads: their CPU time together is what counts."""

# slow

import threading


def loop():
    while True:
        sum(range(1000))


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    for _ in range(4):
        threading.Thread(target=loop).start()
    loop()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
