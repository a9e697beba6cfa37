"""Replaces the methods that read a tensor, then returns zeros: what it spoils are its own answers."""

# others may fall: they are called in the process that was spoilt

import numpy as np
import torch


def attack(answer):
    fake = lambda self, *args, **kwargs: answer.clone()
    for name in ("detach", "cpu", "to", "contiguous", "double", "clone", "resolve_conj", "resolve_neg"):
        setattr(torch.Tensor, name, fake)
    for name in ("numpy", "tolist", "item", "__array__"):
        setattr(torch.Tensor, name, lambda self, *args, **kwargs: answer)
    np.asarray = np.array = np.ascontiguousarray = lambda *args, **kwargs: np.ones(4)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    zeros = torch.zeros_like(W)
    attack(2 * X.T @ ((X @ W - Y) * (X @ W > 0)))
    return zeros


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
