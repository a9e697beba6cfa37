"""Reports of learners as an LMS knows them."""

from typing import Any

from grader.report import LmsReport, Report
from tests.example_reports import FAILED, RIGHT


def right(learner: str, *files: str, like: Report = RIGHT, **lms: Any) -> Report:
    """A report with four points of four, handed in by this learner."""
    more: dict[str, Any] = {"learner": learner, "files": files or (f"{learner}.py",)}
    if lms:
        more["lms"] = LmsReport(**{"format": "files", "id": learner, **lms})
    return like.model_copy(update={"submission": like.submission.model_copy(update=more)})


def half(learner: str, *files: str, **lms: Any) -> Report:
    """A report with two points of four."""
    return right(learner, *files, like=RIGHT.model_copy(update={"score": 2.0}), **lms)


def failed(learner: str) -> Report:
    """A report without a score, by a fault of the grader."""
    return right(learner, like=FAILED)
