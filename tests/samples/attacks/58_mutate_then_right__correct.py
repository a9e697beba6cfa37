"""Makes all inputs zero after it has the right answer: right, and the changes are reported."""

# warns of mutates_inputs


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    answer = 2 * X.T @ ((X @ W - Y) * (X @ W > 0))
    for array in (X, W, Y):
        array.zero_()
    return answer


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
