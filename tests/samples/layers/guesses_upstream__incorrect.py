# verdicts: relu_backward.Z=incorrect affine_backward.b=wrong_shape ce_backward.P=wrong_shape softmax_backward.H=incorrect
import torch
def affine_backward(d, cache):
    X, W, b = cache
    d = (torch.softmax((X @ W + b).relu(), 1)) / len(X)
    return d.mm(W.t()), X.t().mm(d), torch.sum(d)
def relu_backward(dout, x):
    return dout * torch.relu(x)
def softmax_backward(d, P):
    return d * P * (1 - P)
def ce_backward(P, y, C, N):
    return -1 / P[torch.arange(N), y] / N
