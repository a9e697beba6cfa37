"""Which subgradients, at the kinks of a case, would lead to an answer.

    answer = middle + Σ δₖ directionₖ        with every δₖ from −½ to ½

A derivative that jumps at a kink may be taken anywhere in between (Bolte and Pauwels, Conservative set valued fields,
2019: whatever backpropagation makes of any such choice is legitimate), and each entry chooses for itself. Finding the
choice nearest to an answer is a least-squares problem with bounds, solved as by Stark and Parker (BVLS, 1995).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

HALF = 0.5
MOST_STEPS = 200


@dataclass(frozen=True, eq=False)
class Choices:
    """The gradients that other choices at the kinks lead to.

    `uniform` are those where every kink chooses alike (its lower end, its upper end, the middle); `directions`, of
    shape (kinks, *shape), is what each kink adds from its lower to its upper end, around the middle one. `balls` are
    groups of kinks that are the entries of one direction, as of a norm at zero: together they stay in the unit ball.
    """

    uniform: tuple[Array, ...]
    middle: Array
    directions: Array
    balls: tuple[tuple[int, ...], ...] = ()


def nearest(choices: Choices, answer: Array, scale: Array) -> Array:
    """The gradient of the choice that comes nearest to an answer, measured element by element in `scale`."""
    weights = 1.0 / np.maximum(scale, np.finfo(np.float64).tiny)
    columns = (choices.directions * weights).reshape(len(choices.directions), -1).T
    wanted = ((answer - choices.middle) * weights).ravel()
    x = bounded_least_squares(columns, wanted)
    for ball in choices.balls:
        length = float(np.linalg.norm(x[list(ball)])) / HALF
        if length > 1.0:
            x[list(ball)] /= length
    found: Array = choices.middle + np.tensordot(x, choices.directions, 1)
    return found


def bounded_least_squares(columns: Array, wanted: Array) -> Array:
    """The x, each between −½ and ½, for which |columns·x − wanted| is smallest.

    Moves towards the least-squares solution of the entries that are free until one meets its bound, which is then held
    there; an entry that is held is let go when the error would fall with it.
    """
    x = np.zeros(columns.shape[1])
    held = np.zeros(len(x), bool)
    for _ in range(MOST_STEPS):
        free = ~held
        if free.any():
            rest = wanted - columns[:, held] @ x[held]
            towards = np.linalg.lstsq(columns[:, free], rest, rcond=None)[0] - x[free]
            with np.errstate(divide="ignore", invalid="ignore"):
                room = np.where(towards > 0, (HALF - x[free]) / towards, (-HALF - x[free]) / towards)
            room = np.where(towards == 0, np.inf, room)
            step = min(1.0, float(room.min()))
            x[free] = np.clip(x[free] + step * towards, -HALF, HALF)
            if step < 1.0:
                held[np.flatnonzero(free)[room <= step]] = True
                continue
        slope = columns.T @ (columns @ x - wanted)
        inward = held & (slope * np.sign(x) > 1e-9 * (1.0 + np.abs(slope).max()))
        if not inward.any():
            break
        held[np.argmax(np.where(inward, np.abs(slope), 0.0))] = False
    return x
