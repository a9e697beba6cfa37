"""A row: of a report only what the tables of a class need, so that a class of any size fits into memory.

    Report (of some kilobytes) ─ row ─▶ Row (of some hundred bytes) ─▶ summary, gradebooks, the page of the class

Whatever many learners have in common stands in memory once, also where rows come from other processes.
"""

from collections.abc import Hashable
from dataclasses import dataclass, fields
from pathlib import PurePosixPath
from typing import Any, TypeVar

from grader.errors import ReasonCode
from grader.report import AssignmentReport, Report, labels
from grader.verdict import Status, Verdict

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Column:
    """A gradient that was asked for; `label` is its short name, unique in its report."""

    label: str
    problem: str
    wrt: str
    function: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the LMS knows the learner by, where the submission comes from one."""

    format: str
    id: str
    name: str | None = None
    mail: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One learner; `verdicts`, `codes` and `fingerprints` have an entry for each column."""

    learner: str
    assignment: AssignmentReport
    handed_in_as: str
    """The file or folder, without its ending."""
    lms: Known | None
    late: bool
    status: Status
    reason: ReasonCode | None
    score: float | None
    max_score: float
    columns: tuple[Column, ...]
    verdicts: tuple[Verdict, ...]
    codes: tuple[tuple[str, ...], ...]
    """Of the mistakes in each gradient."""
    fingerprints: tuple[str | None, ...]

    def __post_init__(self) -> None:
        for name in ("assignment", "status", "reason", "columns", "verdicts", "codes", "fingerprints"):
            object.__setattr__(self, name, _one(getattr(self, name)))

    def __reduce__(self) -> tuple[Any, ...]:
        # Through the constructor, so that what is common is so on the other side too.
        return Row, tuple(getattr(self, field.name) for field in fields(self))

    @property
    def handed_in_by(self) -> str:
        """The learner's name in the LMS, else the name of the file or folder that was handed in."""
        return (self.lms and self.lms.name) or self.handed_in_as

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The codes of all mistakes, each once, in the order of the gradients."""
        return tuple(dict.fromkeys(code for codes in self.codes for code in codes))


def row(report: Report) -> Row:
    """The row of a report."""
    submission = report.submission
    lms = submission.lms
    return Row(
        learner=submission.learner,
        assignment=report.assignment,
        handed_in_as=_handed_in_as(submission.files[0] if submission.files else ""),
        lms=Known(lms.format, lms.id, lms.name, lms.mail, lms.group) if lms else None,
        late=bool(lms and lms.late),
        status=report.status,
        reason=report.reason.code if report.reason else None,
        score=report.score,
        max_score=report.max_score,
        columns=tuple(
            Column(label, one.problem, one.wrt, one.function)
            for label, one in zip(labels(report.gradients), report.gradients, strict=True)
        ),
        verdicts=tuple(one.verdict for one in report.gradients),
        codes=tuple(tuple(dict.fromkeys(found.code for found in one.diagnosis)) for one in report.gradients),
        fingerprints=tuple(one.fingerprint for one in report.gradients),
    )


def _handed_in_as(first: str) -> str:
    folder, slash, _ = first.partition("/")
    return folder if slash else PurePosixPath(first).stem


_SEEN: dict[Hashable, Hashable] = {}


def _one(value: T) -> T:
    """The first of all equal values."""
    return _SEEN.setdefault(value, value)  # type: ignore[return-value]
