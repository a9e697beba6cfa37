"""Calls the nodes of the graph one by one: forbidden, and only this function is lost."""


def objective(X, W, Y):
    return ((X @ W).clamp(min=0) - Y).norm() ** 2


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    leaf = W.clone().requires_grad_()
    value = (X @ leaf).clamp(min=0)
    mask = value.grad_fn(2 * (value.detach() - Y))
    return X.T @ (mask[0] if isinstance(mask, tuple) else mask)


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
