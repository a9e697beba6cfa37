"""Leaves a mark in its memory, for the next submission to find."""

import builtins
import sys

import torch

mark = "the mark of " + "the submission before"
copies = [bytearray(mark.encode()) * 1000 for _ in range(100)]
sys.intern(mark)
setattr(sys, "left_behind", mark)
setattr(torch, "left_behind", mark)
torch.nn.functional.left_behind = mark
builtins.left_behind = mark


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
