"""Raises an exception whose message lies about its length: shortened, or refused."""


class Liar(str):
    def __len__(self):
        return 1

    def __getitem__(self, place):
        return self


class Odd(Exception):
    def __str__(self):
        return Liar("x" * 10**6)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise Odd


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
