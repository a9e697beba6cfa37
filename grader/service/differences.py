"""What a regrade changed: two reports on one submission, gradient by gradient.

old report, new report ─▶ Difference: score, status, and the verdicts and points that are others
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import GradientReport, Report, labels
from grader.service.tables import Attempt, State
from grader.verdict import Status, Verdict


@dataclass(frozen=True)
class Changed:
    """A gradient that came out otherwise; without a verdict where it was not asked for."""

    label: str
    old_verdict: Verdict | None
    new_verdict: Verdict | None
    old_score: float | None
    new_score: float | None
    old_mistakes: tuple[str, ...]
    new_mistakes: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """From one report to the next."""

    old_score: float | None
    new_score: float | None
    old_max_score: float
    new_max_score: float
    old_status: Status
    new_status: Status
    gradients: tuple[Changed, ...]
    same_assignment: bool
    """Whether both were graded on the same text of the assignment."""

    @property
    def nothing(self) -> bool:
        """Whether everything came out as before."""
        same = (self.old_score, self.old_max_score, self.old_status) == (
            self.new_score,
            self.new_max_score,
            self.new_status,
        )
        return same and not self.gradients


def difference(old: Report, new: Report) -> Difference:
    """What is otherwise in a later report on the same submission."""
    before, after = _gradients(old), _gradients(new)
    pairs = [(before.get(key), after.get(key)) for key in [*after, *(key for key in before if key not in after)]]
    changed = (_changed(was, now) for was, now in pairs if was is None or now is None or _facts(was) != _facts(now))
    return Difference(
        old_score=old.score,
        new_score=new.score,
        old_max_score=old.max_score,
        new_max_score=new.max_score,
        old_status=old.status,
        new_status=new.status,
        gradients=tuple(changed),
        same_assignment=old.assignment.sha256 == new.assignment.sha256,
    )


def of_attempt(session: Session, submission_id: UUID, number: int) -> Difference | None:
    """What an attempt changed against the newest before it that was graded; None if there are no two reports."""
    graded = (
        select(Attempt.number, Attempt.report)
        .where(
            Attempt.submission_id == submission_id,
            Attempt.number <= number,
            Attempt.state == State.GRADED,
            Attempt.report.is_not(None),
        )
        .order_by(Attempt.number.desc())
        .limit(2)
    )
    found = session.execute(graded).all()
    if len(found) < 2 or found[0].number != number:
        return None
    new, old = (Report.model_validate_json(report or b"") for _, report in found)
    return difference(old, new)


@dataclass(frozen=True)
class _Named:
    label: str
    gradient: GradientReport


def _gradients(report: Report) -> dict[tuple[str, str, str], _Named]:
    named = zip(labels(report.gradients), report.gradients, strict=True)
    return {(one.problem, one.function, one.wrt): _Named(label, one) for label, one in named}


def _facts(one: _Named) -> tuple[Verdict, float | None, Sequence[str]]:
    return one.gradient.verdict, one.gradient.score, _mistakes(one)


def _mistakes(one: _Named | None) -> tuple[str, ...]:
    return () if one is None else tuple(dict.fromkeys(found.code for found in one.gradient.diagnosis))


def _changed(was: _Named | None, now: _Named | None) -> Changed:
    named = now or was
    assert named is not None, "it stands in one of the reports"
    return Changed(
        label=named.label,
        old_verdict=was.gradient.verdict if was else None,
        new_verdict=now.gradient.verdict if now else None,
        old_score=was.gradient.score if was else None,
        new_score=now.gradient.score if now else None,
        old_mistakes=_mistakes(was),
        new_mistakes=_mistakes(now),
    )
