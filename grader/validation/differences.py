"""Autograd against central differences in float64: the objective itself, evaluated on both sides of its inputs.

    ⟨∇f(x), u⟩  ≈  (f(x + h u) − f(x − h u)) / 2h        h about ∛ε of the size of x

for every element of x, or where these are many, for some of them and for random directions, which move them all. Where
a kink lies within a step the quotient says nothing, and is skipped. (Nocedal and Wright, Numerical Optimization, §8.1.)
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch

from grader.inputs import Array
from grader.objective import Node
from grader.objective.graph import in_order
from grader.objective.operations import TABLE
from grader.validation.forward import Case, Tensor, Values, evaluate

MOST_MOVES = 200
"""Of one variable in one case; a variable of more elements is moved along directions too."""
DIRECTIONS = 20
MOST_WORK = 10_000_000
"""Numbers computed for one variable in one case; in large cases fewer moves will do."""
FEWEST_MOVES = 1
STEP = float(np.cbrt(np.finfo(np.float64).eps))
SHORTER = (2.0**-4, 2.0**-8, 2.0**-12, 2.0**-16)
"""Where the objective bends too much within a step, shorter ones are tried: one that agrees is enough."""
CLOSE = 1e-5
"""A difference quotient is right if it is off by less, in terms of the largest element of the gradient."""
ROUNDING = 1e3 * float(np.finfo(np.float64).eps)
"""What rounding does to the objective, at most, in terms of its size."""
COARSE = 1e-2
"""A quotient that rounding may carry farther than this share of the gradient says nothing."""


@dataclass(frozen=True)
class Differences:
    """How many quotients were compared, how many were skipped, and how many are not what autograd says."""

    compared: int = 0
    at_kinks: int = 0
    coarse: int = 0
    wrong: int = 0
    worst: float = 0.0
    """The largest error in terms of the largest element of the gradient."""

    def __add__(self, other: "Differences") -> "Differences":
        return Differences(
            self.compared + other.compared,
            self.at_kinks + other.at_kinks,
            self.coarse + other.coarse,
            self.wrong + other.wrong,
            max(self.worst, other.worst),
        )


def differences(case: Case, wrt: str, exact: Array) -> Differences:
    """One gradient against the quotients of its objective, or of what the upstream gradients weigh."""
    node = case.node(wrt)
    base = evaluate([*case.weights, node], case.inputs)
    at, gradient = base[node], torch.as_tensor(exact)
    step = STEP * (float(at.square().mean().sqrt()) or 1.0)
    total = Differences()
    for direction in _directions(at, sum(value.numel() for value in base.values())):
        found = _along(case, base, node, direction, gradient, step)
        for shorter in SHORTER if found.wrong else ():
            again = _along(case, base, node, direction, gradient, shorter * step)
            found = again if again.compared and not again.wrong else found
        total += found
    return total


def _directions(at: Tensor, work: int) -> Iterator[Tensor]:
    """Unit moves of single elements; and random ones of all, where not every element has its own."""
    random = torch.Generator().manual_seed(0)
    most = min(MOST_MOVES, max(FEWEST_MOVES, MOST_WORK // (2 * work)))
    chosen: list[int] = list(range(at.numel()))
    if at.numel() > most:
        for _ in range(min(DIRECTIONS, most)):
            yield torch.randn(at.shape, generator=random, dtype=torch.float64)
        chosen = torch.randint(at.numel(), (most,), generator=random).tolist()
    for place in chosen:
        move = torch.zeros(at.numel(), dtype=torch.float64)
        move[place] = 1.0
        yield move.reshape(at.shape)


def _along(case: Case, base: Values, node: Node, direction: Tensor, gradient: Tensor, step: float) -> Differences:
    sides = [_moved(case, base, node, sign * step * direction) for sign in (1.0, -1.0)]
    if any(_meets_a_kink(base, side) for side in sides):
        return Differences(at_kinks=1)
    above, below = sides
    rise = sum(float((weight * (above[seed] - below[seed])).sum()) for seed, weight in case.weights.items())
    size = sum(float((weight * base[seed]).abs().sum()) for seed, weight in case.weights.items())
    slack = ROUNDING * size / step
    scale = float(gradient.abs().max()) * float(direction.norm())
    if slack >= COARSE * scale:
        return Differences(coarse=1)
    error = abs(rise / (2 * step) - float((gradient * direction).sum()))
    return Differences(compared=1, wrong=int(not error <= CLOSE * scale + slack), worst=error / scale)


def _moved(case: Case, base: Values, node: Node, move: Tensor) -> Values:
    """The values after a move of one of them; every other use of a weighed step is held where it was."""
    held = {seed: base[seed] for seed in case.weights}
    known = {**case.inputs, **held, node: base[node] + move}
    return evaluate(case.weights, known, keep=held)


def _meets_a_kink(base: Values, moved: Values) -> bool:
    """Whether the arguments of some operation moved as far as the kink next to them."""
    for node in in_order(*moved):
        row = TABLE.get(node.operation)
        if row is None or row.kink is None:
            continue
        distance = row.kink.distance(torch, node.options, *(base[argument] for argument in node.arguments))
        shifts = [(moved[argument] - base[argument]).abs() for argument in node.arguments]
        shift = sum((one if distance.dim() else one.norm() for one in shifts), torch.zeros(()))
        if bool(((shift >= distance) & (shift > 0)).any()):
            return True
    return False
