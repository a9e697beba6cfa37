"""Begins a frame and never ends it: time ends it."""

# slow

import os
import struct


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    os.write(3, struct.pack("<I", 1000) + b"[")
    while True:
        pass


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
