# warnings: mentions_autograd
import torch


def dot(A, B):
    """Divide and conquer over rows."""
    if A.shape[1] == 1:
        return A * B
    h = A.shape[1] // 2
    return dot(A[:, :h], B[:h]) + dot(A[:, h:], B[h:])


def grad_W(X, W, Y, *, factor=2, **kw):
    R = (lambda: dot(X, W) - Y)()
    return factor * dot(X.T, R)


def grad_Y(X, W, Y, scale=-2):
    out = torch.empty_like(Y)
    it = ((i, j) for i in range(Y.shape[0]) for j in range(Y.shape[1]))
    for i, j in it:
        out[i, j] = scale * (X[i] @ W[:, j] - Y[i, j])
    return out.T.contiguous().T.expand(Y.shape).requires_grad_(False)
