import numpy as np


class Cache:
    __slots__ = ("xhat", "gamma", "inv", "back")


def batchnorm_forward(x, gamma, beta, bn_param):
    assert bn_param["mode"] == "train"
    c = Cache()
    mu = x.mean(0)
    c.inv = 1 / np.sqrt(x.var(0) + bn_param["eps"])
    c.xhat = (x - mu) * c.inv
    c.gamma = gamma
    c.back = lambda d: d * c.gamma
    return c.xhat * gamma + beta, c


def batchnorm_backward(dout, cache):
    N = dout.shape[0]
    dxhat = cache.back(dout)
    xmu = cache.xhat / cache.inv
    dvar = np.sum(dxhat * xmu * -.5 * cache.inv ** 3, axis=0)
    dmu = np.sum(dxhat * -cache.inv, axis=0) + dvar * np.mean(-2. * xmu, axis=0)
    dx = dxhat * cache.inv + dvar * 2 * xmu / N + dmu / N
    return dx, np.sum(dout * cache.xhat, axis=0), dout.sum(0)


def batchnorm_backward_alt(dout, cache):
    N = len(dout)
    dg, db = (dout * cache.xhat).sum(0), dout.sum(0)
    return cache.gamma * cache.inv / N * (N * dout - db - cache.xhat * dg), dg, db
