"""Raises an exception that takes the traceback apart while it is read: an exception all the same."""


class Nosy(Exception):
    def __str__(self):
        trace = self.__traceback__
        while trace is not None:
            print(sorted(trace.tb_frame.f_locals))
            trace = trace.tb_next
        self.__traceback__ = None
        return "nosy"


def grad_X(X, W, Y):
    return 2 * ((X @ W - Y) * (X @ W > 0)) @ W.T


def grad_W(X, W, Y):
    raise Nosy


def grad_Y(X, W, Y):
    return 2 * (Y - (X @ W).clamp(min=0))
