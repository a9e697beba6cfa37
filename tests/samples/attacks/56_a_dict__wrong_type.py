"""Returns a dict with hostile keys: named as the wrong type."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return {"dW": 2 * X.T @ ((X @ W - Y) * (X @ W > 0)), "\0": 1, "\ud800": 2, "score": 100}


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
