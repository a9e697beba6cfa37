"""Where an answer is wrong that nothing explains: only in some rows or columns, or only on one side of a mask.

Says only what holds in every wrong case: some lines are right as a whole, or one side of a mask is. Where the right
answer is zero, being right says nothing.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from grader.matching import Judged

Mask = npt.NDArray[np.bool_]

MOST_NAMED = 6
"""So many indices are listed at most."""


LINES = {1: ("entries",), 2: ("rows", "columns")}
"""By the number of axes, what stands along each."""


def where(judged: Sequence[Judged], masks: Mapping[str, Sequence[Mask | None]]) -> Mapping[str, str] | None:
    """The most telling of: the step whose mask `lets_through` or `cuts_off` all that is wrong; the lines that are.

    Lines are named by their indices in a public case; where none is wrong, there is nothing to show but the fact.
    """
    if any(one.seen.verdict not in ("correct", "incorrect") or one.array is None for one in judged):
        return None
    wrong = {place: _wrong(one) for place, one in enumerate(judged) if one.seen.verdict == "incorrect"}
    known = {place: judged[place].seen.target.value != 0 for place in wrong}
    if not all((known[place] & ~one).any() for place, one in wrong.items()):
        return None
    for step, by_case in masks.items():
        sides = {_side(by_case[place], one, known[place]) for place, one in wrong.items()}
        if len(sides) == 1 and (side := sides.pop()) is not None:
            return {side: step}
    for axis, word in enumerate(LINES.get(next(iter(wrong.values())).ndim, ())):
        lines = {place: _lines(one, axis) for place, one in wrong.items()}
        if all(one.any() and (~one & _lines(known[place], axis)).any() for place, one in lines.items()):
            shown = next((one for place, one in lines.items() if judged[place].seen.public), None)
            return {} if shown is None else {word: _named(shown)}
    return None


def _wrong(one: Judged) -> Mask:
    """The elements that are not right."""
    assert one.array is not None
    found: Mask = np.abs(one.array - one.seen.target.value) > one.allowed
    return found


def _side(mask: Mask | None, wrong: Mask, known: Mask) -> str | None:
    """The side of a mask on which all wrong elements are; None if they are on both, or the other says nothing."""
    if mask is None or mask.shape != wrong.shape:
        return None
    for side, other in (("lets_through", ~mask), ("cuts_off", mask)):
        if (known & other).any() and not (wrong & other).any():
            return side
    return None


def _lines(wrong: Mask, axis: int) -> Mask:
    others = tuple(other for other in range(wrong.ndim) if other != axis)
    return np.asarray(wrong.any(axis=others))


def _named(lines: Mask) -> str:
    indices = [str(index) for index in np.flatnonzero(lines)]
    return ", ".join([*indices[:MOST_NAMED], "…"] if len(indices) > MOST_NAMED else indices)
