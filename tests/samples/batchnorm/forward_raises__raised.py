# verdicts: batchnorm_backward.x=missing batchnorm_backward.gamma=missing batchnorm_backward.beta=missing batchnorm_backward_alt.x=missing batchnorm_backward_alt.gamma=missing batchnorm_backward_alt.beta=missing
def batchnorm_forward(x, gamma, beta, bn_param):
    return 1 / 0


def batchnorm_backward(dout, cache):
    x, gamma = cache
    return dout, dout, dout
