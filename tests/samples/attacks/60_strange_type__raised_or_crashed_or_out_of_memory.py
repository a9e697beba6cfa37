"""Raises an exception whose metaclass lies: an exception all the same, of whatever kind."""


class Meta(type):
    __name__ = property(lambda cls: 1 / 0)

    def __instancecheck__(cls, other):
        return True


class Strange(BaseException, metaclass=Meta):
    __class__ = MemoryError
    __traceback__ = property(lambda self: 1 / 0)


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise Strange


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
