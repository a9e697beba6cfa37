"""Leaves objects whose end never ends: not waited for."""


class Clinging:
    def __del__(self):
        while True:
            pass


clinging = Clinging()
clinging.itself = clinging


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    global clinging
    clinging = clinging
    return 2 * X.T @ ((X @ W - Y) * (X @ W > 0))


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
