"""Signing in: a link leads to a button, and the button uses the link up, so that whoever only looks at mail cannot.

/sign-in?token=… ─ GET ─▶ a button ─ POST ─▶ the token is spent, a new session begins, with a new secret
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from grader.service import tokens
from grader.service.pages import sessions
from grader.service.pages.rendering import page
from grader.service.pages.site import Site, SiteOfPages

MOST_TOKEN = 200

router = APIRouter()


@router.get("/sign-in")
def ask(request: Request, token: str = "") -> Response:
    """The button; nothing is said of whether the link is still good, before it is pressed."""
    return page(request, "sign_in.html", link=token[:MOST_TOKEN], refused=False)


@router.post("/sign-in")
def sign_in(request: Request, site: Site, link: Annotated[str, Form(max_length=MOST_TOKEN)] = "") -> Response:
    """Begin a session."""
    # Looked at before it is spent: a token for a program is not used up by mistake, and who guesses holds up nobody.
    with site.database.reading() as session:
        found = tokens.holder(session, link)
    secret = _begun(request, site, link) if found is not None and tokens.SIGN_IN in found.scopes else None
    if secret is None:
        return page(request, "sign_in.html", status=403, link="", refused=True)
    response = RedirectResponse("/", 303)
    sessions.keep(request, response, secret)
    return response


def _begun(request: Request, site: SiteOfPages, link: str) -> str | None:
    """The secret of a new session, in exchange for the link and the session before; None if the link is used up."""
    with site.database.writing() as session:
        holder = tokens.spend(session, link)
        if holder is None:
            return None
        sessions.end(session, request.state.visitor)
        return sessions.begin(session, holder)


@router.post("/sign-out")
def sign_out(request: Request, site: Site) -> Response:
    """End the session, here and on the server."""
    if request.state.visitor.holder is not None:
        with site.database.writing() as session:
            sessions.end(session, request.state.visitor)
    response = RedirectResponse("/sign-in?done=signed-out", 303)
    sessions.forget(request, response)
    return response
