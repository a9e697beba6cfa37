"""Returns the right numbers with an axis more: named as the wrong shape."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return (2 * X.T @ ((X @ W - Y) * (X @ W > 0)))[None]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
