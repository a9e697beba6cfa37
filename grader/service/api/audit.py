"""/v1/audit: who saw or changed what."""

from typing import Annotated

from fastapi import Query, Request
from sqlalchemy import select

from grader.service.access import Admin
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS
from grader.service.api.door import router
from grader.service.api.paging import Asked
from grader.service.tables import Audit

routes = router("audit")


@routes.get("/audit", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(
    request: Request,
    holder: Admin,
    asked: Asked,
    actor: Annotated[models.Line | None, Query(description="As staff:<id>.")] = None,
    object: Annotated[models.Line | None, Query(description="As submission:<id>.")] = None,
) -> models.Listing[models.AuditEntry]:
    """What was done, the newest first: of one actor, or to one object."""
    found = select(Audit)
    if actor is not None:
        found = found.where(Audit.actor == actor)
    if object is not None:
        found = found.where(Audit.object == object)
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, found, Audit.id, newest_first=True)
        return asked.listing([_shown(row[0]) for row in rows.found], rows)


def _shown(one: Audit) -> models.AuditEntry:
    return models.AuditEntry.model_validate(one, from_attributes=True)
