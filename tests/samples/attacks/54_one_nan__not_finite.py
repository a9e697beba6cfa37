"""Returns the right answer but for one NaN: not finite."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    answer[0, 0] = float("nan")
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
