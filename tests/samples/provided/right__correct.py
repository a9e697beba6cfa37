import teacher_tools
from teacher_tools import twice
import torch
def grad_U(A, B):
    U = A * B
    g = U.cos()
    g[:, 1:] += twice(U[:, 1:])
    return g
def backward(literal, pair, m):
    assert literal == {"x": 1, "y": [1, 2, {"z": "w"}]}
    A, (B, n) = pair
    assert (n, m) == tuple(A.shape) and type(n) is int
    assert isinstance(pair, list) and isinstance(pair[1], tuple)
    g = grad_U(A, B)
    return (g * B - 1 / A.numel(), [g * A], A * B)
