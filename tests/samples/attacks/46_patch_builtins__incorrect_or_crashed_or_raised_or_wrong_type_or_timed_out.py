"""Replaces builtins, then returns zeros: no point comes of it."""

# others may fall: they are called in the process that was spoilt

import builtins

import torch


def attack():
    builtins.isinstance = builtins.issubclass = builtins.callable = lambda *args: True
    builtins.len = lambda value: 0
    builtins.type = builtins.str = builtins.tuple = builtins.list = None
    builtins.__import__ = None


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    zeros = torch.zeros_like(W)
    attack()
    return zeros


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
