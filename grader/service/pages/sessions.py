"""Who visits: a cookie holds a secret, and the secret of somebody who has signed in is a token of the scope `session`.

    first visit ─▶ a secret that opens nothing ─ sign in ─▶ another one, of a session ─ sign out, or a day ─▶ it is over

A visitor's own secret is never made a session: whoever planted it in somebody's browser learns nothing (fixation).
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from fastapi import HTTPException, Request, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.service import tokens
from grader.service.database import Database, Unavailable
from grader.service.tables import Person, Staff, Token, now
from grader.service.tokens import Holder

LASTS = timedelta(hours=12)
FORGOTTEN_AFTER = timedelta(days=30)


@dataclass(frozen=True)
class Visitor:
    """Whoever sent a request; `secret` is that of the cookie, and `holder` is nobody if it is not a session's."""

    secret: str
    holder: Holder | None = None
    name: str = ""
    """To greet by."""

    @property
    def is_staff(self) -> bool:
        return self.holder is not None and self.holder.staff_id is not None

    @property
    def is_learner(self) -> bool:
        return self.holder is not None and self.holder.learner_id is not None


class NotSignedInError(Exception):
    """The page is for somebody who has signed in."""


class Visits:
    """Finds out who visits, and gives a cookie to those who have none; `away` answers while nobody can find out."""

    def __init__(self, app: ASGIApp, database: Database, away: Callable[[Request], Response]) -> None:
        self._app = app
        self._database = database
        self._away = away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if request.url.path.startswith("/static/"):
            # The same for everybody, and kept by whoever stands between.
            request.state.visitor = Visitor("")
            await self._app(scope, receive, send)
            return
        secret = request.cookies.get(cookie(request), "")
        new = not secret
        visitor = Visitor(secret or secrets.token_urlsafe(32))
        request.state.visitor = visitor
        if not new:
            try:
                request.state.visitor = await run_in_threadpool(self._visitor, secret)
            except Unavailable:
                await self._away(request)(scope, receive, send)
                return

        async def sent(message: Message) -> None:
            if new and message["type"] == "http.response.start":
                response = Response()
                _give(request, response, visitor.secret)
                headers = MutableHeaders(scope=message)
                name = f"{cookie(request)}="
                if not any(value.startswith(name) for value in headers.getlist("set-cookie")):
                    headers.append("set-cookie", response.headers["set-cookie"])
            await send(message)

        await self._app(scope, receive, sent)

    def _visitor(self, secret: str) -> Visitor:
        with self._database.reading() as session:
            holder = tokens.holder(session, secret)
            if holder is None or tokens.SESSION not in holder.scopes:
                return Visitor(secret)
            return Visitor(secret, holder, _name(session, holder))


def begin(session: Session, holder: Holder) -> str:
    """A new session of whoever holds a token; returns its secret. Sessions that were over long ago are forgotten."""
    over = (Token.scopes == tokens.SESSION, Token.expires_at < now() - FORGOTTEN_AFTER)
    session.execute(delete(Token).where(*over).execution_options(synchronize_session=False))
    return tokens.issue(
        session, [tokens.SESSION], learner_id=holder.learner_id, staff_id=holder.staff_id, label="browser", lasts=LASTS
    ).secret


def keep(request: Request, response: Response, secret: str) -> None:
    """Have the browser come with this secret from now on."""
    _give(request, response, secret, seconds=int(LASTS.total_seconds()))


def end(session: Session, visitor: Visitor) -> None:
    """What the visitor's secret opens, it opens no more."""
    if visitor.holder is not None:
        tokens.revoke(session, visitor.holder.token_id)


def forget(request: Request, response: Response) -> None:
    """Have the browser come without a secret."""
    response.delete_cookie(cookie(request), secure=_secure(request), httponly=True, samesite="lax")


def cookie(request: Request) -> str:
    """Its name; over https one that no other host and no page without https can set."""
    return "__Host-grader" if _secure(request) else "grader"


# ----- for whom a page is -----


def learner(request: Request) -> UUID:
    """The learner who visits.

    Raises:
        NotSignedInError: if nobody does.
        HTTPException: 404 if it is one of the staff.
    """
    holder = _signed_in(request)
    if holder.learner_id is None:
        raise HTTPException(404)
    return holder.learner_id


def staff(request: Request) -> Holder:
    """The one of the staff who visits.

    Raises:
        NotSignedInError: if nobody does.
        HTTPException: 404 if it is a learner, who is not told what there is.
    """
    holder = _signed_in(request)
    if holder.staff_id is None:
        raise HTTPException(404)
    return holder


def _signed_in(request: Request) -> Holder:
    visitor: Visitor = request.state.visitor
    if visitor.holder is None:
        raise NotSignedInError
    return visitor.holder


def _name(session: Session, holder: Holder) -> str:
    if holder.staff_id is not None:
        return session.scalar(select(Staff.name).where(Staff.id == holder.staff_id)) or ""
    person = session.get(Person, holder.learner_id)
    return (person and (person.name or person.login)) or ""


def _give(request: Request, response: Response, secret: str, seconds: int | None = None) -> None:
    response.set_cookie(
        cookie(request), secret, max_age=seconds, secure=_secure(request), httponly=True, samesite="lax", path="/"
    )


def _secure(request: Request) -> bool:
    return request.url.scheme == "https"
