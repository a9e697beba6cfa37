import numpy as np


def prepare(args):
    return [np.asarray(a, dtype=np.float32) for a in args]


def sig(z):
    return 1 / (1 + np.exp(-z))


def core(args):
    x, y, w1, w2, b1, b2 = prepare(args)
    s = sig(x @ w1)
    e = 2 * ((s + b1) @ w2 + b2 - y)
    return x, w1, w2, b1, s, e


def grad_y(*args):
    return -core(args)[-1]


def grad_b2(*args):
    return core(args)[-1]


def grad_w2(*args):
    x, w1, w2, b1, s, e = core(args)
    return (s + b1).T @ e


def grad_b1(*args):
    x, w1, w2, b1, s, e = core(args)
    return e @ w2.T


def grad_w1(*args):
    x, w1, w2, b1, s, e = core(args)
    return x.T @ (e @ w2.T * s * (1 - s))


def grad_x(*args):
    x, w1, w2, b1, s, e = core(args)
    return (e @ w2.T * s * (1 - s)) @ w1.T
