"""Returns a text: named as the wrong type."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return "correct"


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
