"""/v1/submissions/{id}/report: what became of work, as its learner or as the staff may see it.

The staff are shown all of it, unless they ask for what the learner sees. That one of them looked is written down.
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import Report, dump
from grader.service import access, audit, differences, policy, views
from grader.service.access import Reader, Teacher
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router
from grader.service.api.etags import IfNoneMatch, tagged
from grader.service.problems import Problem
from grader.service.results import current
from grader.service.tables import Attempt, State, Submission, now
from grader.service.tokens import Holder

routes = router("reports")

View = Annotated[
    Literal["staff", "student"] | None, Query(description="Of the staff only: all of it, or what the learner sees.")
]
REPORT = {**ANSWERS.tagged(Report), **ANSWERS.of(401, 403, 404, 422, 429)}


@routes.get("/submissions/{submission_id}/report", response_model=Report, responses=REPORT)
def get(request: Request, holder: Reader, submission_id: UUID, view: View = None, _: IfNoneMatch = None) -> Response:
    """The report of the attempt that counts."""
    with bodies.database(request).reading() as session:
        submission = access.submission(session, holder, submission_id)
        found = _found(session, holder, submission, current(session, submission_id), view)
    return _answer(request, holder, submission_id, found)


@routes.get("/submissions/{submission_id}/attempts/{number}/report", response_model=Report, responses=REPORT)
def get_of_attempt(
    request: Request,
    holder: Reader,
    submission_id: UUID,
    number: models.Number,
    view: View = None,
    _: IfNoneMatch = None,
) -> Response:
    """The report of one attempt."""
    with bodies.database(request).reading() as session:
        submission = access.submission(session, holder, submission_id)
        which = (Attempt.submission_id == submission_id, Attempt.number == number)
        found = _found(session, holder, submission, session.scalar(select(Attempt).where(*which)), view)
    return _answer(request, holder, submission_id, found)


@routes.get("/submissions/{submission_id}/attempts/{number}/difference", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_difference(request: Request, holder: Teacher, submission_id: UUID, number: models.Number) -> models.Difference:
    """What an attempt changed against the newest before it that was graded."""
    with bodies.database(request).writing() as session:
        access.submission(session, holder, submission_id)
        found = differences.of_attempt(session, submission_id, number)
        if found is None:
            raise Problem(404, "there are no two reports to compare", code="urn:gradient-grader:no-report")
        audit.note(session, holder.name, "see", f"submission:{submission_id}", f"difference of attempt {number}")
        return models.Difference.model_validate(found, from_attributes=True)


@dataclass(frozen=True)
class _Found:
    """A report as it is to be shown."""

    attempt: int
    body: bytes


def _found(
    session: Session,
    holder: Holder,
    submission: Submission,
    attempt: Attempt | None,
    view: Literal["staff", "student"] | None,
) -> _Found:
    if view is not None and holder.staff_id is None:
        raise Problem(403, "only the staff may choose the view")
    if attempt is None or attempt.report is None or not _may_see(holder, attempt):
        raise Problem(404, "there is no report yet", code="urn:gradient-grader:no-report")
    if holder.staff_id is not None and view != "student":
        return _Found(attempt.number, attempt.report)
    shown = policy.rules(session, submission.assignment_id).shown(now())
    return _Found(attempt.number, dump(views.student_view(attempt.report, shown)))


def _may_see(holder: Holder, attempt: Attempt) -> bool:
    """What we failed on is shown to learners by its state only."""
    return holder.staff_id is not None or attempt.state is State.GRADED


def _answer(request: Request, holder: Holder, submission_id: UUID, found: _Found) -> Response:
    answer = tagged(request, found.body)
    if holder.staff_id is not None and answer.status_code == 200:
        # Not while the report is read: who holds one connection and waits for another may wait for ever.
        with bodies.database(request).writing() as session:
            audit.note(session, holder.name, "see", f"submission:{submission_id}", f"report of attempt {found.attempt}")
    return answer
