"""/v1/assignments/{id}/grades: what learners have in the end, and grades that the staff give instead.

That one of the staff saw or changed a grade is written down.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy.orm import Session

from grader.service import access, audit, overriding
from grader.service import grades as reckoning
from grader.service.access import Grader, Reader, Teacher
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router
from grader.service.api.downloads import download
from grader.service.api.paging import Asked
from grader.service.problems import not_there
from grader.service.tables import Class
from grader.service.tokens import Holder

routes = router("grades")

CSV = "text/csv"

ClassQuery = Annotated[models.ClassName | None, Query(alias="class", description="Of this class only.")]


@routes.get("/assignments/{assignment_id}/grades", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(
    request: Request, holder: Teacher, assignment_id: models.AssignmentId, asked: Asked, class_id: ClassQuery = None
) -> models.Listing[models.Grade]:
    """The grades of all who handed in, or of everybody in a class."""
    with bodies.database(request).writing() as session:
        access.assignment(session, holder, assignment_id)
        _class(session, class_id)
        grades = [_shown(one) for one in reckoning.grades(session, assignment_id, class_id)]
        audit.note(session, holder.name, "see", f"grades:{assignment_id}", class_id)
    return asked.among(grades, lambda grade: str(grade.learner))


@routes.get(
    "/assignments/{assignment_id}/gradebook.csv",
    response_class=Response,
    responses={**ANSWERS.text(CSV), **ANSWERS.of(401, 403, 404, 422, 429)},
)
def get_gradebook(
    request: Request, holder: Teacher, assignment_id: models.AssignmentId, class_id: ClassQuery = None
) -> Response:
    """The grades as a table, as `grader grade` writes it."""
    with bodies.database(request).writing() as session:
        access.assignment(session, holder, assignment_id)
        _class(session, class_id)
        table = reckoning.gradebook(session, assignment_id, class_id)
        audit.note(session, holder.name, "see", f"grades:{assignment_id}", class_id)
    return download(table, f"{assignment_id}.csv", CSV)


@routes.get("/assignments/{assignment_id}/grades/{learner_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Reader, assignment_id: models.AssignmentId, learner_id: UUID) -> models.Grade:
    """The grade of one learner."""
    database = bodies.database(request)
    with database.reading() as session:
        access.assignment(session, holder, assignment_id)
        access.learner(session, holder, learner_id)
        grade = reckoning.grade(session, assignment_id, learner_id)
    if holder.staff_id is not None:
        with database.writing() as session:
            audit.note(session, holder.name, "see", audit.of_grade(assignment_id, learner_id))
    return _shown(grade)


@routes.put(
    "/assignments/{assignment_id}/grades/{learner_id}/override",
    responses=ANSWERS.of(400, 401, 403, 404, 408, 413, 415, 422, 429),
)
def put_override(
    request: Request, holder: Grader, assignment_id: models.AssignmentId, learner_id: UUID, new: models.NewOverride
) -> models.Grade:
    """Give a learner another grade, and say why."""
    return _overridden(request, holder, assignment_id, learner_id, new.score, new.reason)


@routes.delete(
    "/assignments/{assignment_id}/grades/{learner_id}/override", responses=ANSWERS.of(401, 403, 404, 422, 429)
)
def delete_override(
    request: Request,
    holder: Grader,
    assignment_id: models.AssignmentId,
    learner_id: UUID,
    reason: Annotated[models.Reason, Query()],
) -> models.Grade:
    """Let the grade be reckoned again, and say why."""
    return _overridden(request, holder, assignment_id, learner_id, None, reason)


def _overridden(
    request: Request, holder: Holder, assignment_id: str, learner_id: UUID, score: float | None, reason: str
) -> models.Grade:
    assert holder.staff_id is not None, "only the staff get here"
    with bodies.database(request).writing() as session:
        access.assignment(session, holder, assignment_id)
        access.learner(session, holder, learner_id)
        if score is None and reckoning.grade(session, assignment_id, learner_id).override is None:
            raise not_there("override")
        overriding.override(session, assignment_id, learner_id, score, reason, holder.staff_id)
        return _shown(reckoning.grade(session, assignment_id, learner_id))


def _class(session: Session, class_id: str | None) -> None:
    if class_id is not None and session.get(Class, class_id) is None:
        raise not_there("class")


def _shown(one: reckoning.Grade) -> models.Grade:
    given = one.override
    return models.Grade(
        learner=one.learner_id,
        assignment=one.assignment_id,
        score=one.score,
        max_score=one.max_score,
        reached=one.reached,
        late_days=one.late_days,
        submission=one.submission_id,
        attempt=one.attempt,
        status=one.status,
        override=None
        if given is None
        else models.Override(score=given.score, reason=given.reason, staff=given.staff_id, created_at=given.created_at),
        used=one.used,
        left=one.left,
    )
