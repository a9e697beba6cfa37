"""Returns an object whose type lies about its bases and its name: named as some wrong type."""

import torch


class Meta(type):
    __name__ = property(lambda cls: 1 / 0)
    __mro__ = (torch.Tensor, object)

    def mro(cls):
        return [cls, object]

    def __subclasscheck__(cls, other):
        return True

    def __instancecheck__(cls, other):
        return True


class Strange(metaclass=Meta):
    pass


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return Strange()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
