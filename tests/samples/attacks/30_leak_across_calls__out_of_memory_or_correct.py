"""Keeps 60 MB more at every call: out of memory at some call, or not at all, but nobody else's."""

# others may fall: the memory is held by the process that they share

hoard = []


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    hoard.append(bytearray(60 << 20))
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
