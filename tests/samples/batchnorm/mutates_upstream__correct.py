# warnings: mutates_inputs
import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    x -= x.mean(0)
    inv = (x ** 2).mean(0) + bn_param.pop("eps")
    inv **= -.5
    x *= inv
    return x * gamma + beta, (x, gamma, inv)


def batchnorm_backward(dout, cache):
    x, gamma, inv = cache
    N = len(dout)
    dg, db = (dout * x).sum(0), dout.sum(0)
    dout *= N
    dout -= db
    dout -= x * dg
    dout *= gamma * inv / N
    return dout, dg, db


def batchnorm_backward_alt(dout, cache):
    return batchnorm_backward(dout, cache)
