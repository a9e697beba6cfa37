"""What an earlier run has left: reports that still hold, so that nothing is graded twice, and what a regrade changes.

a report holds   ⇔   same learner, submission and LMS facts, same assignment and grader, and no fault of ours in it
"""

import contextlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from pydantic import ValidationError

from grader import __version__
from grader.intake import Submission
from grader.plain_file import NotPlainError, TooLargeError, read
from grader.report import LmsReport, Report, labels

LARGEST_REPORT = 2 << 20


def earlier(folder: Path, submissions: Iterable[Submission]) -> dict[str, Report]:
    """The reports on these submissions' learners that lie in a folder, whole and readable; by learner."""
    found: dict[str, Report] = {}
    for submission in submissions:
        with contextlib.suppress(OSError, NotPlainError, TooLargeError, ValidationError):
            report = Report.model_validate_json(read(folder / f"{submission.learner}.json", LARGEST_REPORT))
            if report.submission.learner == submission.learner:
                found[submission.learner] = report
    return found


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


def change(old: Report, new: Report) -> str | None:
    """What a regrade changed for a learner, in a line; None if nothing."""
    parts = [] if old.score == new.score else [f"{_points(old.score)} → {_points(new.score)} points"]
    if old.status != new.status:
        parts.append(f"{old.status} → {new.status}".replace("_", " "))
    before = {(one.problem, one.function, one.wrt): one.verdict for one in old.gradients}
    for label, gradient in zip(labels(new.gradients), new.gradients, strict=True):
        verdict = before.pop((gradient.problem, gradient.function, gradient.wrt), None)
        if verdict != gradient.verdict:
            parts.append(f"{label} {verdict or 'not asked'} → {gradient.verdict}".replace("_", " "))
    parts += [f"{wrt} is no longer asked" for _, _, wrt in before]
    return f"{new.submission.learner}: {', '.join(parts)}" if parts else None


def _points(score: float | None) -> str:
    return "no" if score is None else f"{score:.10g}"
