# verdicts: batchnorm_backward.x=missing batchnorm_backward.gamma=missing batchnorm_backward.beta=missing batchnorm_backward_alt.x=missing batchnorm_backward_alt.gamma=missing batchnorm_backward_alt.beta=missing
import numpy as np


def batchnorm_forward(x, gamma, beta, bn_param):
    return ((x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5) * gamma + beta,)


def batchnorm_backward(dout, cache):
    x, gamma = cache
    return dout, dout, dout


batchnorm_backward_alt = batchnorm_backward
