"""Lets an audit hook refuse everything from now on, then returns zeros: only its own answers are lost."""

# others may fall: they are called in the process that was spoilt

import sys

import torch


def refuse(event, args):
    raise RuntimeError(event)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    sys.addaudithook(refuse)
    return torch.zeros_like(W)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
