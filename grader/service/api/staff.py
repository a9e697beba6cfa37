"""/v1/staff: who teaches, links that let them sign in, and how they leave."""

from uuid import UUID

from fastapi import Request, Response
from sqlalchemy import select

from grader.service import audit, people
from grader.service.access import STAFF_SCOPES, Admin
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, links
from grader.service.api.door import router
from grader.service.api.learners import link
from grader.service.api.paging import Asked
from grader.service.problems import Problem, not_there
from grader.service.tables import Staff

routes = router("people")

NEXT = links("staff.get", "staff.delete", "staff.post_link", staff_id="id")


@routes.post(
    "/staff",
    status_code=201,
    responses={**ANSWERS.created(models.Staff, NEXT), **ANSWERS.of(400, 401, 403, 408, 413, 415, 422, 429)},
)
def post(request: Request, response: Response, holder: Admin, new: models.NewStaff) -> models.Staff:
    """A new one of the staff."""
    with bodies.database(request).writing() as session:
        staff_id = people.create_staff(session, new.name)
        audit.note(session, holder.name, "create", f"staff:{staff_id}")
        made = session.get_one(Staff, staff_id)
    response.headers["Location"] = f"/v1/staff/{staff_id}"
    return _shown(made)


@routes.get("/staff", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(request: Request, holder: Admin, asked: Asked) -> models.Listing[models.Staff]:
    """All of the staff."""
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, select(Staff), Staff.created_at, Staff.id)
        return asked.listing([_shown(row[0]) for row in rows.found], rows)


@routes.get("/staff/{staff_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Admin, staff_id: UUID) -> models.Staff:
    """One of the staff."""
    with bodies.database(request).reading() as session:
        found = session.get(Staff, staff_id)
    if found is None:
        raise not_there("one of the staff")
    return _shown(found)


@routes.delete("/staff/{staff_id}", status_code=204, responses=ANSWERS.of(401, 403, 404, 409, 422, 429))
def delete(request: Request, holder: Admin, staff_id: UUID) -> None:
    """Remove one of the staff, with all tokens and sessions; not the last one."""
    with bodies.database(request).writing() as session:
        people.remove_staff(session, staff_id)
        audit.note(session, holder.name, "remove", f"staff:{staff_id}")


@routes.post(
    "/staff/{staff_id}/sign-in-links",
    status_code=201,
    responses=ANSWERS.of(400, 401, 403, 404, 408, 413, 415, 422, 429),
)
def post_link(request: Request, holder: Admin, staff_id: UUID, new: models.NewLink) -> models.Link:
    """An address that signs one of the staff in, once; who has signed in may do everything, so the token must too."""
    if lacking := sorted(STAFF_SCOPES - holder.scopes):
        raise Problem(403, f"a link is good for everything, and the token is not: it lacks {', '.join(lacking)}")
    with bodies.database(request).writing() as session:
        if session.get(Staff, staff_id) is None:
            raise not_there("one of the staff")
        audit.note(session, holder.name, "link", f"staff:{staff_id}")
        return link(session, request.app.state.settings, holder, new, staff_id=staff_id)


def _shown(one: Staff) -> models.Staff:
    return models.Staff(id=one.id, name=one.name, created_at=one.created_at)
