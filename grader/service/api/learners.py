"""/v1/learners: who hands in, and links that let them sign in."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service import access, audit, people, tokens
from grader.service.access import Keeper
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, links
from grader.service.api.door import router
from grader.service.api.paging import Asked, Statement
from grader.service.settings import Settings
from grader.service.tables import Learner, Membership, Person, Token, now
from grader.service.tokens import Holder

routes = router("people")

NEXT = links("learners.get", "learners.post_link", learner_id="id")

"""The scope of a token that signs in, and does nothing else."""


@routes.post(
    "/learners",
    status_code=201,
    responses={**ANSWERS.created(models.Learner, NEXT), **ANSWERS.of(400, 401, 403, 408, 409, 413, 415, 422, 429)},
)
def post(request: Request, response: Response, holder: Keeper, new: models.NewLearner) -> models.Learner:
    """A new learner."""
    with bodies.database(request).writing() as session:
        learner_id = people.create(session, new.login, new.name, new.mail)
        audit.note(session, holder.name, "create", f"learner:{learner_id}")
        shown = _one(session, learner_id)
    response.headers["Location"] = f"/v1/learners/{learner_id}"
    return shown


@routes.get("/learners", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(
    request: Request,
    holder: Keeper,
    asked: Asked,
    class_id: Annotated[models.ClassName | None, Query(alias="class")] = None,
    login: Annotated[models.Login | None, Query()] = None,
) -> models.Listing[models.Learner]:
    """Learners, those of a class, or the one with a login."""
    found = _all()
    if class_id is not None:
        found = found.where(Learner.id.in_(select(Membership.learner_id).where(Membership.class_id == class_id)))
    if login is not None:
        found = found.where(Person.login == login)
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, found, Learner.created_at, Learner.id)
        return asked.listing([_shown(row[0], row[1]) for row in rows.found], rows)


@routes.get("/learners/{learner_id}", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get(request: Request, holder: Keeper, learner_id: UUID) -> models.Learner:
    """One learner."""
    with bodies.database(request).reading() as session:
        access.learner(session, holder, learner_id)
        return _one(session, learner_id)


@routes.post(
    "/learners/{learner_id}/sign-in-links",
    status_code=201,
    responses=ANSWERS.of(400, 401, 403, 404, 408, 413, 415, 422, 429),
)
def post_link(request: Request, holder: Keeper, learner_id: UUID, new: models.NewLink) -> models.Link:
    """An address that signs a learner in, once."""
    with bodies.database(request).writing() as session:
        access.learner(session, holder, learner_id)
        audit.note(session, holder.name, "link", f"learner:{learner_id}")
        return link(session, request.app.state.settings, holder, new, learner_id=learner_id)


def link(
    session: Session,
    settings: Settings,
    holder: Holder,
    new: models.NewLink,
    *,
    learner_id: UUID | None = None,
    staff_id: UUID | None = None,
) -> models.Link:
    """An address that signs in a learner, or one of the staff; for no longer than the token that asks for it."""
    at, end = now(), session.get_one(Token, holder.token_id).expires_at
    expires_at = at + timedelta(hours=new.hours)
    if end is not None:
        expires_at = min(expires_at, end)
    url = tokens.sign_in_link(
        session,
        settings.url,
        learner_id=learner_id,
        staff_id=staff_id,
        parent_id=holder.token_id,
        lasts=expires_at - at,
    )
    return models.Link(url=url, expires_at=expires_at)


def _all() -> Statement:
    return select(Learner, Person).outerjoin(Person, Person.learner_id == Learner.id)


def _one(session: Session, learner_id: UUID) -> models.Learner:
    row = session.execute(_all().where(Learner.id == learner_id)).one()
    return _shown(row[0], row[1])


def _shown(learner: Learner, person: Person | None) -> models.Learner:
    return models.Learner(
        id=learner.id,
        login=person.login if person is not None else None,
        name=person.name if person is not None else None,
        mail=person.mail if person is not None else None,
        created_at=learner.created_at,
    )
