"""Returns an answer whose end never ends: stopped in time."""

# slow


class Clinging(list):
    def __del__(self):
        while True:
            pass


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    return Clinging([1.0])


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
