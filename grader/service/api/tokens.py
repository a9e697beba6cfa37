"""/v1/tokens: tokens for programs, which are never good for more, nor for longer, than the one they are made with."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from grader.service import access, audit, tokens
from grader.service.access import LEARNER_SCOPES, Anybody, Scope
from grader.service.api import bodies, models
from grader.service.api.document import ANSWERS, links
from grader.service.api.door import router
from grader.service.api.paging import Asked
from grader.service.problems import Problem, not_there
from grader.service.tables import Staff, Token, now
from grader.service.tokens import Holder

routes = router("tokens")

MOST_TOKENS = 50
"""Of one holder: each may ask as often as the limits let a token."""
NEXT = links("tokens.get", "tokens.delete", token_id="id")


@routes.post(
    "/tokens",
    status_code=201,
    responses={
        **ANSWERS.created(models.IssuedToken, NEXT),
        **ANSWERS.of(400, 401, 403, 404, 408, 409, 413, 415, 422, 429),
    },
)
def post(request: Request, response: Response, holder: Anybody, new: models.NewToken) -> models.IssuedToken:
    """A new token, whose secret is shown this one time."""
    with bodies.database(request).writing() as session:
        learner_id, staff_id = _owner(session, holder, new)
        most = holder.scopes & LEARNER_SCOPES if learner_id is not None else holder.scopes
        if beyond := [scope for scope in new.scopes if scope not in most]:
            raise Problem(403, f"a token cannot give what it has not, or its holder may not have: {', '.join(beyond)}")
        mine = Token.learner_id == learner_id if learner_id is not None else Token.staff_id == staff_id
        if (session.scalar(select(func.count()).where(mine, _opens())) or 0) >= MOST_TOKENS:
            raise Problem(409, f"there are {MOST_TOKENS} tokens; take one back")
        issued = tokens.issue(
            session,
            new.scopes,
            learner_id=learner_id,
            staff_id=staff_id,
            parent_id=holder.token_id,
            label=new.label,
            lasts=_lasts(session, holder, new.days),
        )
        audit.note(session, holder.name, "issue", f"token:{issued.token_id}", " ".join(new.scopes))
        shown = _shown(session.get_one(Token, issued.token_id))
    response.headers["Location"] = f"/v1/tokens/{issued.token_id}"
    return models.IssuedToken(**shown.model_dump(), secret=issued.secret)


@routes.get("/tokens", responses=ANSWERS.of(401, 403, 404, 422, 429))
def get_all(
    request: Request,
    holder: Anybody,
    asked: Asked,
    learner: Annotated[UUID | None, Query(description="A learner's; needs the scope people.")] = None,
    staff: Annotated[UUID | None, Query(description="Those of one of the staff; needs the scope admin.")] = None,
) -> models.Listing[models.Token]:
    """Tokens that open something by now: one's own, or a learner's, or those of one of the staff."""
    found = select(Token).where(access.tokens_of(holder, learner, staff), _opens())
    with bodies.database(request).reading() as session:
        rows = asked.rows(session, found, Token.created_at, Token.id)
        return asked.listing([_shown(row[0]) for row in rows.found], rows)


@routes.get("/tokens/{token_id}", responses=ANSWERS.of(401, 404, 422, 429))
def get(request: Request, holder: Anybody, token_id: UUID) -> models.Token:
    """One token."""
    with bodies.database(request).reading() as session:
        return _shown(access.token(session, holder, token_id))


@routes.delete("/tokens/{token_id}", status_code=204, responses=ANSWERS.of(401, 404, 422, 429))
def delete(request: Request, holder: Anybody, token_id: UUID) -> None:
    """Take a token back, with those that were made with it; from now on they open nothing."""
    with bodies.database(request).writing() as session:
        access.token(session, holder, token_id)
        if not tokens.revoke(session, token_id):
            raise not_there("token")
        audit.note(session, holder.name, "revoke", f"token:{token_id}")


def _owner(session: Session, holder: Holder, new: models.NewToken) -> tuple[UUID | None, UUID | None]:
    """The learner, or the one of the staff, whose it will be."""
    if new.learner is not None and new.learner != holder.learner_id:
        _need(holder, Scope.PEOPLE)
        return access.learner(session, holder, new.learner).id, None
    if new.staff is not None and new.staff != holder.staff_id:
        _need(holder, Scope.ADMIN)
        if session.get(Staff, new.staff) is None:
            raise not_there("one of the staff")
        return None, new.staff
    return holder.learner_id, holder.staff_id


def _need(holder: Holder, scope: Scope) -> None:
    if holder.staff_id is None or scope not in holder.scopes:
        raise Problem(403, f"only staff with the scope {scope} may do this for others")


def _opens() -> ColumnElement[bool]:
    """The condition that a token is good for programs by now."""
    in_time = or_(Token.expires_at.is_(None), Token.expires_at > now())
    return and_(Token.revoked_at.is_(None), in_time, Token.scopes.not_in((tokens.SESSION, tokens.SIGN_IN)))


def _lasts(session: Session, holder: Holder, days: int | None) -> timedelta | None:
    """As long as was asked for, and no longer than the token that asks."""
    end = session.get_one(Token, holder.token_id).expires_at
    left = None if end is None else end - now()
    asked = None if days is None else timedelta(days=days)
    return min((one for one in (left, asked) if one is not None), default=None)


def _shown(token: Token) -> models.Token:
    words = token.scopes.split()
    return models.Token(
        id=token.id,
        label=token.label,
        scopes=[scope for scope in Scope if scope in words],
        learner=token.learner_id,
        staff=token.staff_id,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )
