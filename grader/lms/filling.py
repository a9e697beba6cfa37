"""A gradebook filled with the scores of a class: which cells are filled, which are left alone, and why.

Law: only cells of the grade column, and of the comment column if there is one, ever change.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter

from grader.lms.cells import Place, Table
from grader.lms.numbers import written
from grader.lms.people import Person, learner, pair
from grader.render.gradebook import harmless
from grader.row import Row
from grader.visible import visible


@dataclass(frozen=True)
class GradebookRow:
    """A learner in a gradebook."""

    index: int
    """In the table."""
    person: Person
    name: str
    points: float | None
    """What the grade is out of, where the gradebook says so."""
    closed: str | None = None
    """Why the grade may not be changed, whatever was asked for."""


@dataclass(frozen=True)
class Gradebook:
    """A file of an LMS, and where the grades stand in it."""

    lms: str
    table: Table
    rows: tuple[GradebookRow, ...]
    column: int
    title: str
    """Of the column."""
    decimal: str
    comments: int | None = None
    """The column of comments, which are HTML."""
    blanks: frozenset[str] = frozenset({""})
    """What stands in a cell without a grade."""


@dataclass(frozen=True)
class Filled:
    """The filled copy, and what to tell about it."""

    data: bytes
    title: str
    filled: tuple[str, ...]
    """Learners by the names in the gradebook."""
    scales: tuple[str, ...]
    left: tuple[tuple[str, tuple[str, ...]], ...]
    """Reasons, and who was left alone for it."""

    def sentences(self) -> list[str]:
        """What was filled, how scores were scaled, and what was left alone."""
        cells = "1 cell" if len(self.filled) == 1 else f"{len(self.filled)} cells"
        left = [f"Left alone, {why}: {'; '.join(names)}" for why, names in self.left]
        return [f"Filled {cells} of the column {visible(self.title)}", *self.scales, *left]


NO_SUBMISSION = "without a submission"
FAILED = "not graded, by a fault of the grader"
GRADED = "already graded (--overwrite fills these too)"


def fill(
    book: Gradebook, class_rows: Iterable[Row], *, overwrite: bool = False, comment: Callable[[str], str] | None = None
) -> Filled:
    """Fill in the scores, scaled to what each row is out of; cells that are not empty only with `overwrite`.

    Args:
        comment: makes the HTML for the column of comments, given the learner; there is none without it.
    """
    ordered = sorted(class_rows, key=attrgetter("learner"))
    pairs = pair([row.person for row in book.rows], [learner(one, lms=book.lms) for one in ordered])
    edits: dict[Place, str] = {}
    filled: list[str] = []
    scales: dict[str, None] = {}
    left: dict[str, list[str]] = {}
    for number, row in enumerate(book.rows):
        graded = ordered[pairs.learners[number]] if number in pairs.learners else None
        why = _why_not(book, row, graded, overwrite=overwrite)
        if graded is None or graded.score is None or why is not None:
            if number not in pairs.disputed:
                left.setdefault(why or NO_SUBMISSION, []).append(visible(row.name))
            continue
        points, scale = _scaled(graded.score, graded.max_score, row.points)
        edits[row.index, book.column] = written(points, book.decimal)
        if comment and book.comments is not None and (overwrite or not book.table.cell(row.index, book.comments)):
            edits[row.index, book.comments] = harmless(comment(graded.learner))
        filled.append(visible(row.name))
        scales[scale] = None
    for number, doubt in sorted(pairs.doubts.items()):
        left.setdefault(doubt, []).append(ordered[number].learner)
    reasons = tuple((why, tuple(names)) for why, names in left.items())
    return Filled(book.table.edited(edits), book.title, tuple(filled), tuple(scales), reasons)


def _why_not(book: Gradebook, row: GradebookRow, graded: Row | None, *, overwrite: bool) -> str | None:
    if row.closed is not None:
        return row.closed
    if graded is None:
        return NO_SUBMISSION
    if graded.status == "grader_error" or graded.score is None:
        return FAILED
    if not overwrite and book.table.cell(row.index, book.column) not in book.blanks:
        return GRADED
    return None


def _scaled(score: float, most: float, points: float | None) -> tuple[float, str]:
    """The score as the gradebook counts, and what was done to it."""
    if not points or not most:
        return score, f"Scores are written as they are, out of {written(most, '.')}: the gradebook names no points"
    if points == most:
        return score, f"Scores are written as they are, out of {written(most, '.')}"
    return score / most * points, f"Scores are scaled from {written(most, '.')} points to {written(points, '.')}"
