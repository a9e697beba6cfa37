"""Resizes and frees its inputs: the right answer still counts."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    X.resize_(0)
    W.set_()
    Y.data = Y.new_empty(0)
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
