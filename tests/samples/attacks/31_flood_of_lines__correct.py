"""Prints 20000 lines in every call: the report keeps head and tail, and the right answer still counts."""

# cuts output


def attack():
    for number in range(20000):
        print(number)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    attack()
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
