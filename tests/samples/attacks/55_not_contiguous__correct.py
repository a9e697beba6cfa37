"""Returns the right answer with its axes swapped in memory: right."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return (2 * X.T @ ((X @ W - Y) * (X @ W > 0))).T.contiguous().T


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
