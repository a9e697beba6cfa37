"""Where an answer is wrong that nothing explains: only in some rows or columns, or only on one side of a mask.

Says only what holds in every wrong case that has something to show: some lines are right as a whole, or one side of a
mask is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from grader.matching import Judged

Mask = npt.NDArray[np.bool_]

MOST_NAMED = 6
"""So many indices are listed at most."""


@dataclass(frozen=True)
class Place:
    """Where the wrong elements are; `indices` those of a public case."""

    where: str | None = None
    indices: str | None = None
    step: str | None = None
    side: str | None = None


def places(judged: Sequence[Judged], masks: Mapping[str, Sequence[Mask | None]]) -> Iterator[Place]:
    """The most telling of: one side of a mask, some lines along an axis."""
    wrong = {place: _wrong(one) for place, one in enumerate(judged) if one.seen.verdict == "incorrect"}
    if not wrong or any(one.seen.verdict not in ("correct", "incorrect") for one in judged):
        return
    for step, by_case in masks.items():
        sides = {_side(by_case[place], where) for place, where in wrong.items()}
        if len(sides) == 1 and None not in sides:
            yield Place(step=step, side=sides.pop())
            return
    axes = range(next(iter(wrong.values())).ndim)
    for axis in axes:
        lines = {place: _lines(where, axis) for place, where in wrong.items()}
        if all(one.any() and not one.all() for one in lines.values()):
            shown = next((one for place, one in lines.items() if judged[place].seen.public), None)
            indices = None if shown is None else _named(shown)
            yield Place(where=_word(len(axes), axis), indices=indices)
            return


def _wrong(one: Judged) -> Mask:
    """The elements that are not right."""
    assert one.array is not None
    found: Mask = np.abs(one.array - one.seen.target.value) > one.allowed
    return found


def _side(mask: Mask | None, wrong: Mask) -> str | None:
    """The side of a mask on which all wrong elements are; None if they are on both, or the mask is of no use."""
    if mask is None or mask.shape != wrong.shape or mask.all() or not mask.any():
        return None
    if not (wrong & ~mask).any():
        return "on"
    return None if (wrong & mask).any() else "off"


def _lines(wrong: Mask, axis: int) -> Mask:
    others = tuple(other for other in range(wrong.ndim) if other != axis)
    return np.asarray(wrong.any(axis=others))


def _named(lines: Mask) -> str:
    indices = [str(index) for index in np.flatnonzero(lines)]
    return ", ".join([*indices[:MOST_NAMED], "…"] if len(indices) > MOST_NAMED else indices)


def _word(rank: int, axis: int) -> str:
    return "entries" if rank == 1 else ("rows", "columns")[axis] if rank == 2 else f"slices along axis {axis}"
