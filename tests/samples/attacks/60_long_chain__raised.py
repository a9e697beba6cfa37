"""Raises an exception with a chain of 100000 causes: an exception all the same."""

# others may fall: taking apart a chain that long may end the process


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    error = ValueError()
    for _ in range(100000):
        cause, error = error, ValueError()
        error.__cause__ = error.__context__ = cause
    raise error


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
