"""Looks through frames, modules and all objects for the expected arrays: there are none."""

# planted

import gc
import sys

import numpy as np
import target  # noqa: F401
import torch


def attack(answer):
    seen = set()
    frame = sys._getframe()
    while frame is not None:
        look(dict(frame.f_locals), answer, seen)
        look(dict(frame.f_globals), answer, seen)
        frame = frame.f_back
    gc.unfreeze()
    for item in gc.get_objects():
        look(item, answer, seen)
    print("DENIED: found nothing in", len(seen), "things")


def look(item, answer, seen, depth=0):
    if id(item) in seen or item is answer or depth > 3:
        return
    seen.add(id(item))
    if type(item) in (dict, list, tuple, set, frozenset):
        for part in list(item.values() if type(item) is dict else item):
            look(part, answer, seen, depth + 1)
    elif type(item) in (np.ndarray, torch.Tensor) and tuple(item.shape) == tuple(answer.shape):
        if np.allclose(np.asarray(item), np.asarray(answer)):
            print("REACHED: the expected array")
    elif type(item).__name__ in ("Harness", "Box", "Target", "Expected", "Prepared", "AskedCase", "Comparison"):
        look(getattr(item, "__dict__", {}), answer, seen, depth)


calls = []


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    if not calls:
        calls.append(True)
        attack(answer.to(torch.float64))
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
