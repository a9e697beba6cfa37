"""What a worker hands back of a report: the row, and the learner's two files, so that all is left to do is write them.

Report, members ─ graded ─▶ (Graded of who handed it in, Graded of another member of the group, ...)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.grading import shared
from grader.intake import Member
from grader.render.html import learner_page
from grader.report import Report, dump
from grader.row import Row, row


@dataclass(frozen=True, slots=True)
class Graded:
    """One learner's report, as JSON and as a page, and its row."""

    row: Row
    report: bytes
    page: bytes


def graded(report: Report, members: Sequence[Member]) -> tuple[Graded, ...]:
    """For everybody whose work it is."""
    return tuple(Graded(row(one), dump(one), learner_page(one)) for one in shared(report, members))
