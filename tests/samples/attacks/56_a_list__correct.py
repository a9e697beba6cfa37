"""Returns the right answer as nested lists: right."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return (2 * X.T @ ((X @ W - Y) * (X @ W > 0))).tolist()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
