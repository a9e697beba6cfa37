"""Returns an array over memory that was freed: what it shows is wrong, or a crash."""

import ctypes

import numpy as np


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    buffer = ctypes.create_string_buffer(W.numel() * 8)
    answer = np.frombuffer((ctypes.c_char * (W.numel() * 8)).from_address(ctypes.addressof(buffer)), np.float64).reshape(tuple(W.shape))
    del buffer
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
