from typing import NamedTuple, Any
import numpy as np
import enum, contextlib, itertools, operator, collections, abc, re, warnings, math, copy, threading, decimal, statistics
warnings.filterwarnings("error")


class Pair(NamedTuple):
    X: Any
    W: Any


class Mode(enum.Enum):
    A = 1


@contextlib.contextmanager
def quiet():
    with np.errstate(all="raise"):
        yield


def matmul(A, B):
    return np.array([[math.fsum(map(operator.mul, r, c)) for c in zip(*B)] for r in A])


def grads(X, W, Y, mu, mode=Mode.A):
    match mode:
        case Mode.A:
            pass
    with quiet():
        E = matmul(X, W) - Y
    if (n := len(E)) < 1:
        raise AssertionError
    box = []
    t = threading.Thread(target=lambda: box.append(matmul(E, W.T)))
    t.start()
    t.join()
    f = sum(v ** 2 for v in itertools.chain.from_iterable(E.tolist())) / 2 + mu * np.abs(W).sum()
    return Pair(box[0], matmul(X.T, E) + mu * np.sign(W)), collections.OrderedDict(extra=-E), np.longdouble(f)
