"""/v1/classes: learners who are taught together, one by one or by a roster."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy import func, select

from grader.service import access, audit, people, roster
from grader.service.access import Keeper
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, body, links
from grader.service.api.door import router
from grader.service.api.paging import Asked, Statement
from grader.service.problems import Fault, Problem, not_there
from grader.service.roster import RosterError
from grader.service.tables import Class, Membership

routes = router("people")

NEXT = links("classes.get", "classes.post_roster", class_id="id")


async def sent(request: Request) -> bytes:
    """The body as it came."""
    return await request.body()


@routes.post(
    "/classes",
    status_code=201,
    responses={**ANSWERS.created(models.Class, NEXT), **ANSWERS.of(400, 401, 403, 408, 409, 413, 415, 422, 429)},
)
def post(request: Request, response: Response, holder: Keeper, new: models.NewClass) -> models.Class:
    """A new class, without anybody in it."""
    with bodies.database(request).writing() as session:
        people.create_class(session, new.id, new.title)
        audit.note(session, holder.name, "create", f"class:{new.id}")
        made = session.get_one(Class, new.id)
    response.headers["Location"] = f"/v1/classes/{new.id}"
    return _shown(made, 0)


@routes.get("/classes", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(request: Request, holder: Keeper, asked: Asked) -> models.Listing[models.Class]:
    """All classes."""
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, _all(), Class.id)
        return asked.listing([_shown(row[0], row[1]) for row in rows.found], rows)


@routes.get("/classes/{class_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Keeper, class_id: models.ClassId) -> models.Class:
    """One class."""
    with bodies.database(request).reading() as session:
        row = session.execute(_all().where(Class.id == class_id)).one_or_none()
    if row is None:
        raise not_there("class")
    return _shown(row[0], row[1])


@routes.post(
    "/classes/{class_id}/roster",
    responses=ANSWERS.of(400, 401, 403, 404, 408, 413, 415, 422, 429),
    openapi_extra=body({"text/csv": {"schema": {"type": "string"}, "example": "login,name,mail\nada,Ada L.,\n"}}),
)
def post_roster(
    request: Request, holder: Keeper, class_id: models.ClassId, table: Annotated[bytes, Depends(sent)]
) -> models.Enrolled:
    """Have everybody on a roster in a class; the same roster again changes nothing."""
    try:
        with bodies.database(request).writing() as session:
            enrolled = roster.enrol(session, class_id, table)
            audit.note(session, holder.name, "enrol", f"class:{class_id}", f"{len(enrolled.added)} new")
    except RosterError as error:
        faults = [Fault(detail=str(error), line=error.line)]
        raise Problem(422, "this is no roster", code="urn:gradient-grader:faulty-roster", errors=faults) from None
    return models.Enrolled.model_validate(enrolled, from_attributes=True)


@routes.put("/classes/{class_id}/learners/{learner_id}", status_code=204, responses=ANSWERS.of(401, 403, 404, 422, 429))
def put_learner(request: Request, holder: Keeper, class_id: models.ClassId, learner_id: UUID) -> None:
    """Have a learner in a class."""
    with bodies.database(request).writing() as session:
        if session.get(Class, class_id, with_for_update=True) is None:
            raise not_there("class")
        access.learner(session, holder, learner_id)
        if session.get(Membership, (class_id, learner_id)) is None:
            session.add(Membership(class_id=class_id, learner_id=learner_id))
            audit.note(session, holder.name, "enrol", f"class:{class_id}", f"learner:{learner_id}")


@routes.delete(
    "/classes/{class_id}/learners/{learner_id}", status_code=204, responses=ANSWERS.of(401, 403, 404, 422, 429)
)
def delete_learner(request: Request, holder: Keeper, class_id: models.ClassId, learner_id: UUID) -> None:
    """Have a learner in a class no more; the work stays."""
    with bodies.database(request).writing() as session:
        found = session.get(Membership, (class_id, learner_id))
        if found is None:
            raise not_there("learner in this class")
        session.delete(found)
        audit.note(session, holder.name, "leave", f"class:{class_id}", f"learner:{learner_id}")


def _all() -> Statement:
    """Every class, and how many are in it."""
    count = select(func.count()).where(Membership.class_id == Class.id).correlate(Class).scalar_subquery()
    return select(Class, count)


def _shown(one: Class, learners: int) -> models.Class:
    return models.Class(id=one.id, title=one.title, learners=learners, created_at=one.created_at)
