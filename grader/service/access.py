"""Who may do what: a program shows a token, a token has scopes, and every object is somebody's.

    Authorization: Bearer … ─ holder ─▶ Holder ─ anybody, staff ─▶ has the scope, or 403
                                               ─ submission, learner, assignment, token ─▶ may see this one, or 404

The only place where it is asked whose an object is. What is another learner's is not there for a learner: the answer
is the same as for what does not exist. To the staff everything is there. Cookies are never looked at here.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated, TypeAlias
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import Session

from grader.service import policy, tokens
from grader.service.database import Database
from grader.service.problems import Problem, not_there
from grader.service.tables import Assignment, Learner, Policy, Submission, Token, now
from grader.service.tokens import Holder


class Scope(StrEnum):
    """What a token may be good for; a learner's for the first two at most, and for nobody else's things."""

    READ = "read"
    """See assignments, work, reports and grades."""
    SUBMIT = "submit"
    """Hand in; as staff, for learners."""
    GRADE = "grade"
    """Regrade, and change grades."""
    ASSIGN = "assign"
    """Publish assignments and set their policies."""
    PEOPLE = "people"
    """Keep learners and classes, and let learners sign in."""
    ADMIN = "admin"
    """Keep staff, webhooks and other people's tokens, and see the audit."""


LEARNER_SCOPES = frozenset({Scope.READ, Scope.SUBMIT})
STAFF_SCOPES = frozenset(Scope)

SCHEME = HTTPBearer(
    scheme_name="token", description="A personal access token, as `grader_…`; it has scopes.", auto_error=False
)


# ----- who asks -----


def holder(request: Request) -> Holder:
    """Who asks, by the token that is shown; one for a browser or a link that signs in opens nothing here.

    Raises:
        Problem: 401, if there is no token that counts.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer" and secret:
        database: Database = request.app.state.database
        with database.reading() as session:
            found = tokens.holder(session, secret.strip())
    if found is None or not found.scopes & set(Scope):
        error = ' error="invalid_token"' if secret else ""
        raise Problem(401, "a token is needed that is valid", headers={"WWW-Authenticate": f"Bearer{error}"})
    return found


async def bearer(request: Request, _: Annotated[object, Depends(SCHEME)]) -> Holder:
    """Who asks; the door of every route has seen to it that there is somebody."""
    found = request.state.holder
    assert isinstance(found, Holder), "every route of the API has a door"
    return found


def anybody(scope: Scope) -> Callable[[Holder], Awaitable[Holder]]:
    """A dependency: a learner, or one of the staff, whose token is good for this."""

    async def asker(holder: Annotated[Holder, Depends(bearer)]) -> Holder:  # a plain function would cost a thread
        if scope not in holder.scopes:
            raise Problem(403, f"the token has not the scope {scope}")
        return holder

    return asker


def staff(scope: Scope) -> Callable[[Holder], Awaitable[Holder]]:
    """A dependency: one of the staff whose token is good for this."""

    async def asker(holder: Annotated[Holder, Depends(anybody(scope))]) -> Holder:
        if holder.staff_id is None:
            raise Problem(403, "only the staff may do this")
        return holder

    return asker


# What a route says of who asks: a learner or the staff, and with which scope.
Anybody: TypeAlias = Annotated[Holder, Depends(bearer)]
Reader: TypeAlias = Annotated[Holder, Depends(anybody(Scope.READ))]
Submitter: TypeAlias = Annotated[Holder, Depends(anybody(Scope.SUBMIT))]
Teacher: TypeAlias = Annotated[Holder, Depends(staff(Scope.READ))]
Grader: TypeAlias = Annotated[Holder, Depends(staff(Scope.GRADE))]
Author: TypeAlias = Annotated[Holder, Depends(staff(Scope.ASSIGN))]
Keeper: TypeAlias = Annotated[Holder, Depends(staff(Scope.PEOPLE))]
Admin: TypeAlias = Annotated[Holder, Depends(staff(Scope.ADMIN))]


# ----- whose it is -----


def submission(session: Session, holder: Holder, submission_id: UUID) -> Submission:
    """A submission that somebody may see: a learner's own.

    Raises:
        Problem: 404.
    """
    found = session.get(Submission, submission_id)
    if found is None or not _may_see(holder, found.learner_id):
        raise not_there("submission")
    return found


def learner(session: Session, holder: Holder, learner_id: UUID) -> Learner:
    """A learner about whom somebody may know: oneself.

    Raises:
        Problem: 404.
    """
    found = session.get(Learner, learner_id) if _may_see(holder, learner_id) else None
    if found is None:
        raise not_there("learner")
    return found


def assignment(session: Session, holder: Holder, assignment_id: str) -> Assignment:
    """An assignment that somebody may see: for a learner, one that is open or was.

    Raises:
        Problem: 404.
    """
    found = session.get(Assignment, assignment_id)
    if found is None or (holder.staff_id is None and not is_open(session, assignment_id)):
        raise not_there("assignment")
    return found


def is_open(session: Session, assignment_id: str) -> bool:
    """Whether learners know of it by now."""
    opens_at = policy.rules(session, assignment_id).opens_at
    return opens_at is None or opens_at <= now()


def token(session: Session, holder: Holder, token_id: UUID) -> Token:
    """A token that somebody may take back: one's own; with the scope `admin`, or `people` if it is a learner's, others.

    Raises:
        Problem: 404.
    """
    found = session.get(Token, token_id)
    if found is None or found.revoked_at is not None or not (_owns(holder, found) or _keeps(holder, found)):
        raise not_there("token")
    return found


def own_submissions(holder: Holder) -> ColumnElement[bool]:
    """Of all submissions those that somebody may see, as a condition."""
    return true() if holder.staff_id is not None else Submission.learner_id == holder.learner_id


def open_assignments(holder: Holder) -> ColumnElement[bool]:
    """Of all assignments, joined with their policies, those that somebody may see, as a condition."""
    return true() if holder.staff_id is not None else or_(Policy.opens_at.is_(None), Policy.opens_at <= now())


def tokens_of(holder: Holder, learner_id: UUID | None = None, staff_id: UUID | None = None) -> ColumnElement[bool]:
    """One's own tokens, or a learner's, or those of one of the staff, as a condition.

    Raises:
        Problem: 403, if they are not somebody's who asks.
    """
    for scope, asked, own in ((Scope.PEOPLE, learner_id, holder.learner_id), (Scope.ADMIN, staff_id, holder.staff_id)):
        if asked not in (None, own) and not (holder.staff_id is not None and scope in holder.scopes):
            raise Problem(403, f"only staff with the scope {scope} may see other people's tokens")
    if learner_id is None and staff_id is None:
        learner_id, staff_id = holder.learner_id, holder.staff_id
    # Of both at once there are none: a token is somebody's.
    asked_for = ((Token.learner_id, learner_id), (Token.staff_id, staff_id))
    theirs = [column == one for column, one in asked_for if one is not None]
    return and_(*theirs) if theirs else false()


def _owns(holder: Holder, token: Token) -> bool:
    return (token.learner_id, token.staff_id) == (holder.learner_id, holder.staff_id)


def _keeps(holder: Holder, token: Token) -> bool:
    needed = Scope.PEOPLE if token.staff_id is None else Scope.ADMIN
    return holder.staff_id is not None and needed in holder.scopes


def _may_see(holder: Holder, learner_id: UUID) -> bool:
    """The law of it all; one who is neither a learner nor of the staff sees nothing."""
    return holder.staff_id is not None or (holder.learner_id is not None and holder.learner_id == learner_id)
