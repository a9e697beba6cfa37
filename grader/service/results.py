"""What counts of a submission's attempts: the newest that is graded; a later one that failed takes nothing away."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service.tables import Attempt, State


def current(session: Session, submission_id: UUID) -> Attempt | None:
    """The attempt whose result counts, if there is any yet; one that failed, only where none is graded."""
    done = (
        select(Attempt)
        .where(Attempt.submission_id == submission_id, Attempt.state.in_((State.GRADED, State.FAILED)))
        .order_by((Attempt.state == State.GRADED).desc(), Attempt.number.desc())
        .limit(1)
    )
    return session.scalar(done)
