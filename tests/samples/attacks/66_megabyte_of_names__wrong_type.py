"""Returns an object whose type has a name of a megabyte: shortened."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return type("N" * (1 << 20), (), {})()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
