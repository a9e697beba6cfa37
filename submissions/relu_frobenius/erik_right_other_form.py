# max(z, 0) = (z + |z|) / 2, so its derivative is (1 + sign z) / 2.
# f = <H, H> - 2 <H, Y> + <Y, Y>, which I differentiate term by term.
import torch


def _parts(X, W):
    Z = torch.einsum("nd,dm->nm", X, W)
    H = 0.5 * (Z + Z.abs())
    step = 0.5 * (1 + torch.sign(Z))
    return H, step


def grad_W(X, W, Y):
    H, step = _parts(X, W)
    first = torch.einsum("nd,nm->dm", X, H * step)
    second = torch.einsum("nd,nm->dm", X, Y * step)
    return 2 * first - 2 * second


def grad_X(X, W, Y):
    H, step = _parts(X, W)
    first = torch.einsum("nm,dm->nd", H * step, W)
    second = torch.einsum("nm,dm->nd", Y * step, W)
    return 2 * first - 2 * second


def grad_Y(X, W, Y):
    H, _ = _parts(X, W)
    return Y + Y - H - H
