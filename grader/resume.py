"""What an earlier run has left: reports that still hold, so that nothing is graded twice, and what a regrade changes.

a report holds   ⇔   same learner, submission and LMS facts, same assignment and grader, and no fault of ours in it
"""

from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

from grader import __version__
from grader.intake import Submission
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.report import LmsReport, Report
from grader.row import Row

LARGEST_REPORT = 2 << 20


def earlier(folder: Path, learner: str) -> Report | None:
    """The report on a learner that lies in a folder, if it is there, whole and readable."""
    try:
        report = Report.model_validate_json(read(folder / f"{learner}.json", LARGEST_REPORT))
    except (OSError, NotPlainError, TooLargeError, ValidationError):
        return None
    return report if report.submission.learner == learner else None


def holds(report: Report, submission: Submission, assignment_sha256: str) -> bool:
    """Whether grading again could only give the same report."""
    return (
        report.status != "grader_error"
        and report.submission.sha256 == submission.sha256
        and report.submission.files == submission.files
        and report.submission.lms == (None if submission.lms is None else LmsReport(**asdict(submission.lms)))
        and report.assignment.sha256 == assignment_sha256
        and report.environment.get("grader") == __version__
    )


def change(old: Row, new: Row) -> str | None:
    """What a regrade changed for a learner, in a line; None if nothing."""
    parts = [] if old.score == new.score else [f"{_points(old.score)} → {_points(new.score)} points"]
    if old.status != new.status:
        parts.append(f"{old.status} → {new.status}".replace("_", " "))
    before = {
        (one.problem, one.function, one.wrt): verdict for one, verdict in zip(old.columns, old.verdicts, strict=True)
    }
    for one, verdict in zip(new.columns, new.verdicts, strict=True):
        was = before.pop((one.problem, one.function, one.wrt), None)
        if was != verdict:
            parts.append(f"{one.label} {was or 'not asked'} → {verdict}".replace("_", " "))
    parts += [f"{wrt} is no longer asked" for _, _, wrt in before]
    return f"{new.learner}: {', '.join(parts)}" if parts else None


def _points(score: float | None) -> str:
    return "no" if score is None else f"{score:.10g}"
