# warnings: mutates_inputs
import torch
def affine_backward(d, cache):
    X, W, b = cache
    out = d.mm(W.t()), X.t().mm(d), torch.sum(d, dim=0)
    W.zero_(); X.zero_()
    return list(out)
def relu_backward(dout, x):
    dout[x <= 0] = 0
    return dout
def softmax_backward(d, P):
    d -= (d * P).sum(1, keepdim=True)
    P *= d
    return P
def ce_backward(P, y, C, N):
    return -torch.nn.functional.one_hot(y, C) / P / N
