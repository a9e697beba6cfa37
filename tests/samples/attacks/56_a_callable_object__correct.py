"""Is an object that can be called: as right as a function."""


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


class Gradient:
    def __call__(self, X, W, Y):
        return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


grad_W = Gradient()


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
