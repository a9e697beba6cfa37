# warnings: mentions_autograd
import torch


def grad_W(X, W, Y):
    return torch.func.grad(lambda w: ((X @ w - Y) ** 2).sum())(W)


def grad_Y(X, W, Y):
    import torch.autograd.forward_ad as fwAD
    with fwAD.dual_level():
        d = fwAD.make_dual(Y, Y * 0 + 1)
        return fwAD.unpack_dual((X @ W - d) ** 2).tangent
