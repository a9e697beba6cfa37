from __future__ import annotations

from dataclasses import dataclass
from functools import partial, wraps
from typing import TYPE_CHECKING, overload, Union

import numpy as np
import torch
from torch import einsum
from math import *

if TYPE_CHECKING:
    from nowhere import Nothing


@dataclass(frozen=True, slots=True)
class Problem:
    X: torch.Tensor
    w: torch.Tensor
    b: torch.Tensor
    y: torch.Tensor
    extra: Nothing | None = None

    @property
    def residual(self) -> torch.Tensor:
        return self.X @ self.w + self.b - self.y


def checked(f):
    @wraps(f)
    def inner(*args, **kwargs):
        with torch.no_grad():
            return f(*args, **kwargs)
    return inner


@overload
def grad_w(X: int) -> int: ...
@overload
def grad_w(X: str) -> str: ...
@checked
def grad_w(X, w, b, y, lam, N, how, shape):
    assert isinstance(N, int) and N == len(X) and how == "mean" and shape == [1, 2], (N, how, shape)
    return einsum("nd,n->d", X, Problem(X, w, b, y).residual) / N + 2 * lam * w


def _b(sign, X, w, b, y, lam):
    total, i = 0.0, 0
    for r in (float(v) for v in Problem(X, w, b, y).residual):
        total += r
        i += 1
    return sign * total / i


grad_b = partial(_b, 1)
grad_y = lambda X, w, b, y, lam: (-Problem(X, w, b, y).residual / y.numel()).numpy().astype(np.float64).tolist()
