"""Hoards memory in steps of a megabyte: out of memory, and only this function is lost."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    hoard = []
    while True:
        hoard.append(bytearray(1 << 20))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
