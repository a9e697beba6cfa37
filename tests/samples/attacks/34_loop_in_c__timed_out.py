"""Sums a range of 10^12 inside C: killed by its CPU time."""

# slow


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return sum(range(10**12))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
