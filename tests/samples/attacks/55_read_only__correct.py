"""Returns the right answer read-only: right."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = (2 * X.T @ ((X @ W - Y) * (X @ W > 0))).numpy()
    answer.flags.writeable = False
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
