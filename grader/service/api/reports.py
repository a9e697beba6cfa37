"""/v1/submissions/{id}/report: what became of work, as its learner or as the staff may see it.

The staff are shown all of it, unless they ask for what the learner sees. That one of them looked is written down.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.report import Report, dump
from grader.service import access, audit, differences, policy, views
from grader.service.access import Scope
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router
from grader.service.api.etags import IfNoneMatch, tagged
from grader.service.api.problems import Problem
from grader.service.results import current
from grader.service.tables import Attempt, State, Submission, now
from grader.service.tokens import Holder

routes = router("reports")

Reader = Annotated[Holder, Depends(access.anybody(Scope.READ))]
Reading = Annotated[Holder, Depends(access.staff(Scope.READ))]
View = Annotated[
    Literal["staff", "student"] | None, Query(description="Of the staff only: all of it, or what the learner sees.")
]
REPORT = {**ANSWERS.tagged(Report), **ANSWERS.of(401, 403, 404, 422, 429)}


@routes.get("/submissions/{submission_id}/report", response_model=Report, responses=REPORT)
def get(request: Request, holder: Reader, submission_id: UUID, view: View = None, _: IfNoneMatch = None) -> Response:
    """The report of the attempt that counts."""
    with bodies.database(request).reading() as session:
        submission = access.submission(session, holder, submission_id)
        return _answer(request, session, holder, submission, current(session, submission_id), view)


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
        return _answer(request, session, holder, submission, session.scalar(select(Attempt).where(*which)), view)


@routes.get("/submissions/{submission_id}/attempts/{number}/difference", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_difference(request: Request, holder: Reading, submission_id: UUID, number: models.Number) -> models.Difference:
    """What an attempt changed against the newest before it that was graded."""
    with bodies.database(request).writing() as session:
        access.submission(session, holder, submission_id)
        found = differences.of_attempt(session, submission_id, number)
        if found is None:
            raise Problem(404, "there are no two reports to compare", code="urn:gradient-grader:no-report")
        audit.note(session, holder.name, "see", f"submission:{submission_id}", f"difference of attempt {number}")
        return models.Difference.model_validate(found, from_attributes=True)


def _answer(
    request: Request,
    session: Session,
    holder: Holder,
    submission: Submission,
    attempt: Attempt | None,
    view: Literal["staff", "student"] | None,
) -> Response:
    if view is not None and holder.staff_id is None:
        raise Problem(403, "only the staff may choose the view")
    if attempt is None or attempt.report is None or not _may_see(holder, attempt):
        raise not_there_yet()
    student = holder.staff_id is None or view == "student"
    report = _student(session, submission, attempt.report) if student else attempt.report
    answer = tagged(request, report)
    if holder.staff_id is not None and answer.status_code == 200:
        with bodies.database(request).writing() as writing:
            audit.note(
                writing, holder.name, "see", f"submission:{submission.id}", f"report of attempt {attempt.number}"
            )
    return answer


def _may_see(holder: Holder, attempt: Attempt) -> bool:
    """What we failed on is shown to learners by its state only."""
    return holder.staff_id is not None or attempt.state is State.GRADED


def _student(session: Session, submission: Submission, report: bytes) -> bytes:
    shown = policy.rules(session, submission.assignment_id).shown(now())
    return dump(views.student_view(report, shown))


def not_there_yet() -> Problem:
    """There is a submission, and no report of it."""
    return Problem(404, "there is no report yet", code="urn:gradient-grader:no-report")
