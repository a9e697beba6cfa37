"""Submissions with results that a test chose, written down as the queue would have."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import Report, dump
from grader.service.tables import AssignmentVersion, Attempt, HandedFile, State, Submission, now


def submitted(
    session: Session, learner: UUID, *made: Report | State, at: datetime | None = None, assignment: str = "a"
) -> UUID:
    """A submission with an attempt for each report, or in that state without one."""
    newest = select(AssignmentVersion.id).where(AssignmentVersion.assignment_id == assignment)
    version = session.scalars(newest.order_by(AssignmentVersion.number.desc())).first()
    assert version is not None, "publish it first"
    submission = Submission(
        assignment_id=assignment,
        learner_id=learner,
        sha256="0" * 64,
        created_at=at or now(),
        files=[HandedFile(position=0, name="s.py", data=b"print('\xc3\xa4')\n")],
    )
    session.add(submission)
    session.flush()
    for number, one in enumerate(made, 1):
        session.add(_attempt(submission.id, number, version, one))
        session.flush()
    return submission.id


def _attempt(submission: UUID, number: int, version: int, made: Report | State) -> Attempt:
    attempt = Attempt(submission_id=submission, number=number, version_id=version)
    if isinstance(made, State):
        attempt.state = made
        attempt.status = "grader_error" if made is State.FAILED else None
        return attempt
    attempt.state = State.GRADED
    attempt.report, attempt.status = dump(made), made.status
    attempt.score, attempt.max_score = made.score, made.max_score
    return attempt
