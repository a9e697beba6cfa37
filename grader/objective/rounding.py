"""How far a correct answer may be from the exact one, because it was computed in float32.

A running error analysis (Higham, Accuracy and Stability of Numerical Algorithms, ch. 3): beside every value goes a
bound e of its error, and each operation has a rule that carries the bounds of its arguments on:

    c = a ∘ b      e(c) = |∂c/∂a| e(a) + |∂c/∂b| e(b) + units·u·|c|
    s = Σ aᵢ       e(s) = min(Σ e(aᵢ), 6 √Σ e(aᵢ)²) + u·((√n + 2)·|s| + 3·√n·q + drift),      q = √Σ aᵢ²

The sum of n terms is bounded for any order of summation, but not by the worst case u·n·Σ|aᵢ|, which for 10 000 rows
would let a forgotten row pass. Rounding errors of different terms are independent, so that they grow with √n, and
partial sums of terms in any order that knows nothing of their values stay within a few q of the straight line to s
(Higham and Mary, SIAM J. Sci. Comput. 41, 2019). Only where terms are equal are their errors, too: adding 0.1 ten
thousand times in float32 is off by u·n·|s|/2. How equal they are is s²/(n·q²), 1 if all are, about 1/n if their signs
are random; so the drift is |s|³/(2q²).

A rule has the form `rule(torch, arithmetic, row, options, out, values, errors) -> error`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any, TypeAlias

from grader.objective.shapes import Options

Tensor: TypeAlias = Any
Torch: TypeAlias = Any
Forward: TypeAlias = Callable[..., Tensor]
RoundingRule: TypeAlias = Callable[
    [Torch, "Arithmetic", Forward, Options, Tensor, Sequence[Tensor], Sequence[Tensor]], Tensor
]


@dataclass(frozen=True)
class Arithmetic:
    """What the student may have computed in: `unit` is the unit roundoff, `drifts` says that sums were rounded too."""

    unit: float
    drifts: bool

    def of_sum(self, terms: float, total: Tensor, root_of_squares: Tensor) -> Tensor:
        """The rounding of a sum of that many terms, in any order."""
        size, spread = total.abs(), root_of_squares
        drift = size * (size / spread.clamp_min(TINY)) ** 2 / 2 if self.drifts else 0.0
        return self.unit * ((sqrt(terms) + 2) * size + 3 * sqrt(terms) * spread + drift)


def inherited(linear: Tensor, squares: Tensor) -> Tensor:
    """The errors of many terms together, given their sum and the sum of their squares."""
    return linear.minimum(6 * squares.sqrt())


TINY = 1e-300
FLOAT32 = Arithmetic(2.0**-24, drifts=True)
"""All in float32, by a loop that adds one term after the other if need be."""
MIXED = Arithmetic(2.0**-24, drifts=False)
"""Some of it in float32, but the sums in float64: what an answer with all the digits of float64 may come from."""
SAFETY = 4.0
"""For algebraically equal forms, whose intermediate values are somewhat larger than ours."""


def elementwise(units: float = 2.0) -> RoundingRule:
    """By the partial derivatives, which for an elementwise operation autograd gives all at once."""

    def rule(
        torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
        out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
    ) -> Tensor:  # fmt: skip
        error = units * arithmetic.unit * out.abs()
        with torch.enable_grad():
            leaves = [value.expand(out.shape).detach().clone().requires_grad_() for value in values]
            again = forward(torch, options, *leaves)
            if not again.requires_grad:
                return torch.zeros_like(out)
            partials = torch.autograd.grad(again.sum(), leaves, allow_unused=True)
        for partial, own in zip(partials, errors, strict=True):
            if partial is not None:
                error = error + partial.abs() * own
        return error

    return rule


def structural(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """Entries only move: so do their errors."""
    return forward(torch, options, errors[0], *values[1:])


def exact(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """The result is free of error whatever the arguments': signs, counts, identities."""
    return torch.zeros_like(out)


def summing(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """Every entry of the result is a sum of equally many entries of the first argument."""
    terms = _terms(values[0], out)
    squares = forward(torch, options, values[0] ** 2, *values[1:])
    carried = inherited(
        forward(torch, options, errors[0], *values[1:]), forward(torch, options, errors[0] ** 2, *values[1:])
    )
    return carried + arithmetic.of_sum(terms, out, squares.sqrt())


def averaging(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """A sum divided by the number of its terms."""
    terms = _terms(values[0], out)
    squares = forward(torch, options, values[0] ** 2) / terms
    carried = inherited(forward(torch, options, errors[0]), forward(torch, options, errors[0] ** 2) / terms)
    return carried + arithmetic.of_sum(terms, out, squares.sqrt())


def summing_magnitudes(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """The sum of all absolute values."""
    terms = values[0].numel()
    return inherited(errors[0].sum(), (errors[0] ** 2).sum()) + arithmetic.of_sum(
        terms, out, (values[0] ** 2).sum().sqrt()
    )


def summing_squares(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """The sum of all squares."""
    each = 2 * values[0].abs() * errors[0]
    value = values[0]
    return inherited(each.sum(), (each**2).sum()) + arithmetic.of_sum(value.numel(), out, (value**4).sum().sqrt())


def normalising_length(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """An array divided by its norm: its own errors, and that of the norm."""
    length = torch.linalg.vector_norm(values[0])
    if not bool(length > 0):
        return torch.zeros_like(out)
    carried = torch.linalg.vector_norm(errors[0]) / length
    terms = float(values[0].numel())
    return errors[0] / length + out.abs() * (carried + arithmetic.unit * (sqrt(terms) + 4))


def root_of_squares(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """The square root of the sum of all squares; at zero the error is that of the largest entry."""
    squares = summing_squares(torch, arithmetic, forward, options, out**2, values, errors)
    return torch.where(out > 0, squares / (2 * out), errors[0].sum()) + arithmetic.unit * out


def contracting(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """A matrix product: every entry is a sum of products."""
    (left, right), (left_error, right_error) = values, errors
    carried = torch.zeros_like(out)
    # Inputs are float32 numbers, mostly, and have no error: a product less, which for large ones takes seconds.
    for a, b in ((left, right_error), (left_error, right)):
        if a.any() and b.any():
            linear = forward(torch, options, a.abs(), b.abs())
            carried = carried + inherited(linear, forward(torch, options, a**2, b**2))
    squares = forward(torch, options, left**2, right**2)
    return carried + arithmetic.of_sum(left.shape[-1], out, squares.sqrt())


def normalising(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """Softmax: s (e + Σ s e), and the rounding of its sum and exponentials."""
    axis = options.get("axis", -1)
    shared = (out * errors[0]).sum(axis, keepdim=True)
    units = out.shape[axis] / 2 + 4 + values[0].abs()
    return out * (errors[0] + shared + units * arithmetic.unit)


def log_of_sum(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """Log-sum-exp: a mean of the errors, weighted by the softmax."""
    axis = options.get("axis", -1)
    weighted = (torch.softmax(values[0], axis) * errors[0]).sum(axis, keepdim=bool(options.get("keepdims")))
    return weighted + arithmetic.unit * (2 * out.abs() + values[0].shape[axis] / 2 + 4)


def cross_entropy(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """The mean over rows of log-sum-exp minus an entry."""
    scores, error = values[0], errors[0]
    each = 2 * error.amax(-1) + arithmetic.unit * (4 * scores.abs().amax(-1) + scores.shape[-1] / 2 + 4)
    rows = scores.shape[0]
    return each.mean() + arithmetic.of_sum(rows, out, scores.abs().amax(-1).square().sum().sqrt() / rows)


def inverting(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """|A⁻¹| (e + n·u·|A|) |A⁻¹|: Gaussian elimination perturbs A by a small multiple of n·u·|A|."""
    perturbation = errors[0] + 4 * out.shape[-1] * arithmetic.unit * values[0].abs()
    return out.abs() @ perturbation @ out.abs()


def log_determinant(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """Σ |A⁻ᵀ| (e + n·u·|A|), since d log det A = tr(A⁻¹ dA)."""
    matrix = values[0]
    perturbation = errors[0] + 4 * matrix.shape[-1] * arithmetic.unit * matrix.abs()
    return (torch.linalg.pinv(matrix).abs().T * perturbation).sum() + 2 * arithmetic.unit * out.abs()


def determinant(
    torch: Torch, arithmetic: Arithmetic, forward: Forward, options: Options,
    out: Tensor, values: Sequence[Tensor], errors: Sequence[Tensor],
) -> Tensor:  # fmt: skip
    """|det A| times the error of its logarithm."""
    return out.abs() * log_determinant(torch, arithmetic, forward, options, out * 0 + 1, values, errors)


def _terms(argument: Tensor, out: Tensor) -> float:
    """How many entries of the argument go into one entry of the result."""
    return float(prod(argument.shape) / max(prod(out.shape), 1))
