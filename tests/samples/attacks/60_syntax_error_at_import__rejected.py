"""Raises a syntax error with hostile fields while it is imported: rejected."""

error = SyntaxError("\ud800\x1b[31m" * 1000, ("main.py", -(10**30), 10**30, "\0", 10**30, 0))
error.filename = __file__
error.lineno = 10**30
raise error


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
