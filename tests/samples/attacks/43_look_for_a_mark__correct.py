"""Searches its memory and its modules for what the submission before has left there: nothing."""

import builtins
import ctypes
import errno
import sys

import torch

PAGE = 4096
# In halves, so that looking for a mark leaves none.
MARK = (b"the mark of ", b"the submission before")
OWN = (b"this mark is ", b"of the submission itself")
libc = ctypes.CDLL(None, use_errno=True)


def attack():
    for module in (sys, builtins, torch, torch.nn.functional):
        if hasattr(module, "left_behind"):
            print("REACHED: an attribute of", module)
    own = bytearray(OWN[0])
    own += OWN[1]
    found = {MARK: False, OWN: False}
    for page in pages(id(own), id(object()), id(torch), ctypes.addressof(ctypes.c_char.from_buffer(own))):
        text = ctypes.string_at(page, PAGE)
        for mark in found:
            first, second = mark
            at = text.find(first)
            while at >= 0 and not found[mark]:
                found[mark] = text.startswith(second, at + len(first))
                at = text.find(first, at + 1)
    if found[MARK]:
        print("REACHED: a mark in memory")
    print("DENIED: it found its own mark only" if found[OWN] else "REACHED: nothing, for the search is broken")


def pages(*near):
    done = set()
    for address in near:
        middle = address // PAGE
        for page in range(middle - 4096, middle + 4096):
            if page not in done and readable(page * PAGE):
                done.add(page)
                yield page * PAGE


def readable(address):
    ctypes.set_errno(0)
    libc.access(ctypes.c_void_p(address), 0)
    return ctypes.get_errno() != errno.EFAULT


calls = []


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    if not calls:
        calls.append(True)
        attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
