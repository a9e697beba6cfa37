"""Bodies about assignments and their policies."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from grader.assignment import Id
from grader.service.api.models.base import Attempts, Body, Percent, Time
from grader.service.policy import Counts, Rules, Shown


class Assignment(Body):
    """An assignment in its newest version; `open` says whether learners know of it by now."""

    id: Id
    title: dict[str, str] = Field(description="By language code.")
    version: int
    sha256: str | None = Field(description="For the staff only: hidden cases can be drawn from it.")
    max_score: float
    open: bool
    created_at: datetime


class Version(Body):
    """The text of an assignment as it was published once."""

    number: int
    sha256: str
    max_score: float
    created_at: datetime


class Finding(Body):
    """Something that `grader validate` says of an assignment."""

    problem: str
    check: str
    verdict: Literal["ok", "warning", "failure"]
    message: str
    change: str | None


class Published(Body):
    """What became of a text that was sent, and what `grader validate` says of it."""

    id: Id
    version: int
    proven: bool | None = Field(description="Null if it was not looked at.")
    findings: list[Finding]


class Policy(Body):
    """When work is taken, what of it counts, and what is shown; a time that is null never comes."""

    opens_at: Time | None = None
    due_at: Time | None = None
    closes_at: Time | None = None
    late_percent: Percent = Field(default=0.0, description="Of the points reached, for each day begun after due_at.")
    attempts: Attempts | None = None
    counts: Counts = Rules.counts
    shown_before: list[Shown] = Field(default=sorted(Rules.shown_before))
    shown_after: list[Shown] = Field(default=sorted(Rules.shown_after))

    @classmethod
    def of(cls, rules: Rules) -> "Policy":
        """As it is answered."""
        return cls(
            opens_at=rules.opens_at,
            due_at=rules.due_at,
            closes_at=rules.closes_at,
            late_percent=rules.late_percent,
            attempts=rules.attempts,
            counts=rules.counts,
            shown_before=sorted(rules.shown_before),
            shown_after=sorted(rules.shown_after),
        )

    def rules(self) -> Rules:
        """As it is kept."""
        return Rules(
            opens_at=self.opens_at,
            due_at=self.due_at,
            closes_at=self.closes_at,
            late_percent=self.late_percent,
            attempts=self.attempts,
            counts=self.counts,
            shown_before=frozenset(self.shown_before),
            shown_after=frozenset(self.shown_after),
        )
