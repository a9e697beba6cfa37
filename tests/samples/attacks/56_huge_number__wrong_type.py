"""Returns a whole number too large for a float: named as the wrong type."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return [[10**400] * W.shape[1]] * W.shape[0]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
