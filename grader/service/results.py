"""What counts of a submission's attempts: the newest that is graded; a later one that failed takes nothing away.

attempts 1 graded, 2 failed, 3 graded, 4 queued     ─▶ 3 counts
attempts 1 failed, 2 queued                         ─▶ it is waited for
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import Report
from grader.row import Row, row
from grader.service.tables import Attempt, State, Submission

WAITING = (State.QUEUED, State.RUNNING)


@dataclass(frozen=True)
class Outcome:
    """What is known of a submission, by the attempt that counts; if none does yet, by the newest of them."""

    submission_id: UUID
    learner_id: UUID
    handed_at: datetime
    attempt_id: int
    attempt: int
    """Its number."""
    state: State
    status: str | None
    score: float | None
    max_score: float | None

    @property
    def uses_one_up(self) -> bool:
        """Whether it is one of the times that a learner may hand in: not if it could not be read, or we failed."""
        return self.state in WAITING or (self.state is State.GRADED and self.status != "rejected")


def current(session: Session, submission_id: UUID) -> Attempt | None:
    """The attempt whose result counts, if there is any yet; one that failed, only where none is graded."""
    done = (
        select(Attempt)
        .where(Attempt.submission_id == submission_id, Attempt.state.in_((State.GRADED, State.FAILED)))
        .order_by((Attempt.state == State.GRADED).desc(), Attempt.number.desc())
        .limit(1)
    )
    return session.scalar(done)


def outcomes(session: Session, assignment_id: str, learner_id: UUID | None = None) -> list[Outcome]:
    """What is known of all submissions of an assignment, or of one learner's, in the order they were handed in."""
    found = (
        select(
            Submission.id,
            Submission.learner_id,
            Submission.created_at,
            Attempt.id,
            Attempt.number,
            Attempt.state,
            Attempt.status,
            Attempt.score,
            Attempt.max_score,
        )
        .join(Attempt, Attempt.submission_id == Submission.id)
        .where(Submission.assignment_id == assignment_id)
        .order_by(Submission.id)
    )
    if learner_id is not None:
        found = found.where(Submission.learner_id == learner_id)
    attempts = (Outcome(*row) for row in session.execute(found))
    submissions = [list(group) for _, group in groupby(attempts, attrgetter("submission_id"))]
    # Counted by the database and not by a clock: the first attempt was written with the submission.
    submissions.sort(key=lambda group: min(one.attempt_id for one in group))
    return [_counting(group) for group in submissions]


def rows_of(session: Session, attempt_ids: Iterable[int]) -> dict[int, Row]:
    """Of the reports of attempts what the tables of a class need, in the order of the attempts."""
    wanted = sorted(attempt_ids)
    found: dict[int, Row] = {}
    for start in range(0, len(wanted), 200):  # so that few reports are in memory at a time
        some = select(Attempt.id, Attempt.report).where(Attempt.id.in_(wanted[start : start + 200]))
        for attempt, report in session.execute(some.order_by(Attempt.id)):
            if report is not None:
                found[attempt] = row(Report.model_validate_json(report))
    return found


def _counting(attempts: Iterable[Outcome]) -> Outcome:
    return max(attempts, key=lambda one: (one.state is State.GRADED, one.state in WAITING, one.attempt))
