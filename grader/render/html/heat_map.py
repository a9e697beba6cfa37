"""The error of each element as a table of coloured numbers: a picture that can be read aloud and costs next to nothing.

The numbers are powers of ten of the allowed error: 0 is right, 3 is a thousand times too far off. No plotting library
here: thousands of learners have such maps, and a table is its own text alternative.
"""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from markupsafe import Markup

from grader.language import translated as _
from grader.report import CaseReport, ErrorMapReport

LEVELS = (0.0, 1.0, 2.0, 3.0, 5.0, 7.0)
"""A colour for each, up to and with its power; the last colour is for all above."""


def heat_map(case: CaseReport) -> Markup | None:
    """Head and body of the table, the block with the worst element marked; None if the report has no map."""
    found = case.error_map
    if found is None or not found.rows or not found.shape:
        return None
    worst = worst_block(found, case.comparison.worst_index if case.comparison else None)
    tall = len(found.shape) == 2
    names = [*names_of(found.shape[-1], len(found.rows[0]))]
    rows = [*names_of(found.shape[0], len(found.rows))] if tall else [""]
    parts = ["<thead><tr><td></td>", *(f'<th scope="col">{name}</th>' for name in names), "</tr></thead><tbody>"]
    for i, row in enumerate(found.rows):
        parts.append(f'<tr><th scope="row">{rows[i]}</th>')
        for j, power in enumerate(row):
            parts.append(_cell(power, _("worst") if (i, j) == worst else ""))
        parts.append("</tr>")
    parts.append("</tbody>")
    return Markup("".join(parts))  # numbers and a word of ours, no text of anybody's


def names_of(length: int, count: int) -> Iterator[str]:
    """What indices the blocks of an axis hold: `3`, or `6–8` where a block is longer than one."""
    for block in range(count):
        first, last = length * block // count, length * (block + 1) // count - 1
        yield str(first) if first >= last else f"{first}–{last}"


def worst_block(found: ErrorMapReport, index: tuple[int, ...] | None) -> tuple[int, int] | None:
    """Row and column of the block that an element is in."""
    if index is None or len(index) != len(found.shape):
        return None
    place = (0, *index) if len(index) == 1 else index
    shape = (1, *found.shape) if len(index) == 1 else found.shape
    counts = (len(found.rows), len(found.rows[0]))
    row, column = (
        max(block for block in range(count) if length * block // count <= at)
        for at, length, count in zip(place, shape, counts, strict=True)
    )
    return row, column


@cache
def _cell(power: float, worst: str) -> str:
    level = bisect_left(LEVELS, power)
    mark = f' <span class="aside">{worst}</span>' if worst else ""
    number = f"{power:.1f}" if power else "0"
    return f'<td class="h{level}{" worst" if worst else ""}">{number}{mark}</td>'
