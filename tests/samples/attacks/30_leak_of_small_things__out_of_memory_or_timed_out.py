"""Hoards memory in small objects: out of memory or time, and only this function is lost."""

# slow


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    hoard = []
    while True:
        hoard.append([hoard] * 1000)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
