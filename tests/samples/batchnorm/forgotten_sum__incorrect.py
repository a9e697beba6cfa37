# verdicts: batchnorm_forward.out=correct batchnorm_backward.gamma=correct batchnorm_backward.beta=correct batchnorm_backward_alt.x=incorrect batchnorm_backward_alt.gamma=wrong_shape batchnorm_backward_alt.beta=wrong_shape
import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    inv = 1 / np.sqrt(x.var(0) + 1e-5)
    xhat = (x - x.mean(0)) * inv
    return xhat * gamma + beta, {"xhat": xhat, "gamma": gamma, "inv": inv}


def batchnorm_backward(dout, cache):
    N = len(dout)
    xhat, gamma, inv = cache.values() if False else (cache["xhat"], cache["gamma"], cache["inv"])
    dxhat = dout * gamma
    dvar = dxhat * xhat / inv * -.5 * inv ** 3
    return dxhat * inv + dvar * 2 * xhat / inv / N - (dxhat * inv).mean(0), (dout * xhat).sum(0), dout.sum(0)


def batchnorm_backward_alt(dout, cache):
    xhat, gamma, inv = cache["xhat"], cache["gamma"], cache["inv"]
    return dout * gamma * inv, (dout * xhat).sum(0, keepdims=True), dout
