import numpy
import torch


def grad_X(X, W, Y):
    return torch.zeros(40_000, 40_000)


def grad_W(X, W, Y):
    return numpy.ones((40_000, 40_000))


def grad_Y(X, W, Y):
    return [0.0] * 10**10
