"""Answers the first call rightly and the others from what it kept: wrong in the others."""

kept = []


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    if not kept:
        kept.append(2 * X.T @ ((X @ W - Y) * (X @ W > 0)))
    return kept[0]


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
