"""Rows → gradebook.csv: a row for each learner, a column for the verdict of each gradient.

Whatever a cell holds, a spreadsheet takes it for text: a cell that could begin a formula gets an apostrophe.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from operator import attrgetter

from grader.row import Column, Row
from grader.visible import visible

HEAD = ("learner", "name", "score", "max_score", "status", "late")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def gradebook(rows: Iterable[Row]) -> bytes:
    """The table as CSV in UTF-8, rows by learner."""
    ordered = sorted(rows, key=attrgetter("learner"))
    return table(head(columns(ordered)), map(_cells, ordered))


def head(columns: Iterable[Column]) -> list[str]:
    """What stands over the columns."""
    return [*HEAD, *(column.label for column in columns), "mistakes"]


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """Cells as CSV in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in (head, *rows):
        writer.writerow(map(harmless, row))
    return text.getvalue().encode()


def columns(rows: Sequence[Row]) -> tuple[Column, ...]:
    """The gradients of a class: those of the first row that has most."""
    return max((row.columns for row in rows), key=len, default=())


def is_ours(head: bytes) -> bool:
    """Whether a file that begins so is one of these tables."""
    return head.startswith(",".join(HEAD).encode())


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet computes."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _cells(row: Row) -> list[str]:
    return [
        row.learner,
        visible(row.handed_in_by),  # a line end in a name would end the row
        "" if row.score is None else _points(row.score),
        _points(row.max_score),
        row.status,
        "yes" if row.late else "",
        *row.verdicts,
        " ".join(row.mistakes),
    ]


def _points(points: float) -> str:
    return f"{points:.10g}"
