import torch
def grad_A(A, B, C, P, y):
    S = torch.softmax(A, 0)
    g = S + S * (B - (S * B).sum(0))
    g[:, 0] += (y == 1)
    return g
def grad_B(A, B, C, P, y): return A.softmax(0)
def grad_C(A, B, C, P, y): return .5 * C ** -.5
def grad_P(A, B, C, P, y): return -P.log() - 1
