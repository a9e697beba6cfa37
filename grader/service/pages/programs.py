"""What programs may do, and what they are told: tokens, shown once, and the addresses of webhooks.

/staff/access ─┬─ tokens ───▶ a secret, once ─ revoke ─▶ good for nothing
               └─ webhooks ─▶ a secret to check signatures with, once ─ remove
"""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, or_, select

from grader.service import access, audit, tokens, webhooks
from grader.service.access import Scope
from grader.service.pages import words
from grader.service.pages.rendering import page
from grader.service.pages.site import Site, SiteOfPages, Staff
from grader.service.refusals import RefusedError
from grader.service.tables import Delivery, Token, Webhook, now
from grader.service.webhooks import Kind

router = APIRouter(prefix="/staff/access")
NO_PROGRAMS = (tokens.SESSION, tokens.SIGN_IN)


@router.get("")
def overview(request: Request, site: Site, staff: Staff) -> Response:
    """Both."""
    return _overview(request, site, staff.staff_id)


@router.post("/tokens")
def create(
    request: Request,
    site: Site,
    staff: Staff,
    label: Annotated[str, Form(max_length=200)] = "",
    scopes: Annotated[list[Scope], Form()] = [],  # noqa: B006 — read by FastAPI, and never changed
    days: Annotated[int, Form(ge=1, le=3650)] = 90,
) -> Response:
    """A new token of whoever asks."""
    with site.database.writing() as session:
        lasts = timedelta(days=days)
        issued = tokens.issue(session, scopes, staff_id=staff.staff_id, label=label.strip(), lasts=lasts)
        audit.note(session, staff.name, "issue", f"token:{issued.token_id}", " ".join(scopes))
    return page(request, "secret.html", kind="token", name=label, secret=issued.secret, back="/staff/access")


@router.post("/tokens/{token_id}/revoke")
def revoke(site: Site, staff: Staff, token_id: UUID) -> Response:
    """Take a token of one's own back."""
    with site.database.writing() as session:
        access.token(session, staff, token_id)
        if not tokens.revoke(session, token_id):
            raise HTTPException(404)
        audit.note(session, staff.name, "revoke", f"token:{token_id}")
    return RedirectResponse("/staff/access?done=revoked", 303)


@router.post("/webhooks")
def subscribe(
    request: Request,
    site: Site,
    staff: Staff,
    url: Annotated[str, Form(max_length=webhooks.MOST_URL)] = "",
    kinds: Annotated[list[Kind], Form()] = [],  # noqa: B006 — read by FastAPI, and never changed
) -> Response:
    """Have an address told of what happens."""
    try:
        with site.database.writing() as session:
            private = site.settings.webhooks_to_private
            webhook_id, secret = webhooks.subscribe(session, url.strip(), kinds, to_private=private)
            audit.note(session, staff.name, "create", f"webhook:{webhook_id}")
    except RefusedError as error:
        return _overview(request, site, staff.staff_id, refused=words.refusal(error))
    return page(request, "secret.html", kind="webhook", name=url, secret=secret, back="/staff/access")


@router.post("/webhooks/{webhook_id}/remove")
def remove(site: Site, staff: Staff, webhook_id: UUID) -> Response:
    """Tell an address nothing more."""
    with site.database.writing() as session:
        found = session.get(Webhook, webhook_id)
        if found is None:
            raise HTTPException(404)
        session.delete(found)
        audit.note(session, staff.name, "delete", f"webhook:{webhook_id}")
    return RedirectResponse("/staff/access?done=webhook", 303)


def _overview(request: Request, site: SiteOfPages, staff_id: UUID | None, refused: str = "") -> Response:
    opens = (Token.revoked_at.is_(None), or_(Token.expires_at.is_(None), Token.expires_at > now()))
    mine = select(Token).where(Token.staff_id == staff_id, Token.scopes.not_in(NO_PROGRAMS), *opens)
    arrived = func.count(Delivery.delivered_at)
    waiting = func.count(Delivery.next_at)
    told = select(Webhook, func.count(Delivery.id), arrived, waiting).outerjoin(Delivery).group_by(Webhook.id)
    with site.database.reading() as session:
        return page(
            request,
            "staff_access.html",
            status=422 if refused else 200,
            tokens=session.scalars(mine.order_by(Token.created_at.desc())).all(),
            scopes=list(Scope),
            webhooks=[tuple(row) for row in session.execute(told.order_by(Webhook.created_at))],
            kinds=list(Kind),
            refused=refused,
        )
