"""The rules of an assignment: when work is taken and how often, what of it counts, and what a learner is shown.

    opens ──── on time ──── due ──── late: a penalty for each day that has begun ──── closes
          shown_before ─────▶ ◀───── shown_after

An assignment without rules of its own has those of `Rules()`: taken for ever, as often as one likes, the best counts.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias

from sqlalchemy.orm import Session

from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import Assignment, Policy

DAY = timedelta(days=1)


class Shown(StrEnum):
    """What a learner may be shown of a graded submission, beside its score, its verdicts and its public cases."""

    hidden_count = "hidden_count"
    """How many hidden cases there are."""
    hidden_cases = "hidden_cases"
    """The name and the verdict of each of them; never its inputs or numbers."""
    diagnosis = "diagnosis"
    """Which mistake it is."""
    derivation = "derivation"
    """How the gradients are derived."""


Counts: TypeAlias = Literal["best", "last"]


@dataclass(frozen=True)
class Rules:
    """The rules of one assignment; a time that is None never comes.

    Raises:
        RefusedError: if they contradict themselves.
    """

    opens_at: datetime | None = None
    due_at: datetime | None = None
    closes_at: datetime | None = None
    late_percent: float = 0.0
    """Of the points that were reached, taken off for every day that has begun after `due_at`."""
    attempts: int | None = None
    counts: Counts = "best"
    shown_before: frozenset[Shown] = frozenset({Shown.hidden_count, Shown.diagnosis})
    shown_after: frozenset[Shown] = frozenset(Shown)

    def __post_init__(self) -> None:
        times = [at for at in (self.opens_at, self.due_at, self.closes_at) if at is not None]
        if any(at.utcoffset() is None for at in times):
            raise RefusedError("a time needs its offset from UTC, as in 2026-11-30T23:59:00+01:00")
        if times != sorted(times):
            raise RefusedError("an assignment opens before it is due, and closes no sooner than that")
        if not 0 <= self.late_percent <= 100:
            raise RefusedError("the penalty is a percentage from 0 to 100 of the points that were reached")
        if self.attempts is not None and not 1 <= self.attempts <= 1000:
            raise RefusedError("the number of attempts is from 1 to 1000, or is left out")

    def shown(self, at: datetime) -> frozenset[Shown]:
        """What learners are shown at a time."""
        return self.shown_after if self.due_at is not None and at >= self.due_at else self.shown_before

    def late_days(self, handed_at: datetime) -> int:
        """The days that have begun after it was due; none at that very moment."""
        return 0 if self.due_at is None else max(0, math.ceil((handed_at - self.due_at) / DAY))

    def penalised(self, score: float, handed_at: datetime) -> float:
        """What is left of a score; never less than nothing."""
        return score * max(0.0, 1 - self.late_days(handed_at) * self.late_percent / 100)


def rules(session: Session, assignment_id: str) -> Rules:
    """The rules of an assignment."""
    kept = session.get(Policy, assignment_id)
    if kept is None:
        return Rules()
    return Rules(
        kept.opens_at,
        kept.due_at,
        kept.closes_at,
        kept.late_percent,
        kept.attempts,
        "last" if kept.counts == "last" else "best",
        _words(kept.shown_before),
        _words(kept.shown_after),
    )


def set_rules(session: Session, assignment_id: str, rules: Rules) -> None:
    """Give an assignment other rules; they hold for what was handed in before, too.

    Raises:
        UnknownError: if there is no such assignment.
    """
    if session.get(Assignment, assignment_id) is None:
        raise UnknownError("there is no such assignment")
    session.merge(
        Policy(
            assignment_id=assignment_id,
            opens_at=rules.opens_at,
            due_at=rules.due_at,
            closes_at=rules.closes_at,
            late_percent=rules.late_percent,
            attempts=rules.attempts,
            counts=rules.counts,
            shown_before=_text(rules.shown_before),
            shown_after=_text(rules.shown_after),
        )
    )
    session.flush()


def _words(text: str) -> frozenset[Shown]:
    # A word of a newer version that is not known here shows nothing.
    return frozenset(one for one in Shown if one in text.split())


def _text(words: frozenset[Shown]) -> str:
    return " ".join(one for one in Shown if one in words)
