# verdicts: relu_backward.Z=correct affine_backward.b=correct ce_backward.P=incorrect softmax_backward.H=wrong_type
import torch
def affine_backward(d, cache):
    X, W, b = cache
    return X.t().mm(d), d.mm(W.t()), d.sum(0)
def relu_backward(dout, x):
    return dout * (x > 0).int()
def softmax_backward(d, P):
    return dict(dH=d)
def ce_backward(P, y, C, N):
    return -torch.nn.functional.one_hot(y, C) / P
