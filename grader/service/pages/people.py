"""The staff: who teaches, and the links that let them in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select

from grader.service import audit, people, tokens
from grader.service.pages import words
from grader.service.pages.rendering import page
from grader.service.pages.site import Site, SiteOfPages, Staff
from grader.service.refusals import LastError, RefusedError
from grader.service.tables import Staff as StaffRow

router = APIRouter(prefix="/staff/people")


@router.get("")
def everybody(request: Request, site: Site, staff: Staff) -> Response:
    """All of the staff."""
    return _everybody(request, site)


@router.post("")
def invite(request: Request, site: Site, staff: Staff, name: Annotated[str, Form(max_length=500)] = "") -> Response:
    """A new one of the staff, with a link to sign in."""
    try:
        with site.database.writing() as session:
            staff_id = people.create_staff(session, name)
            audit.note(session, staff.name, "create", f"staff:{staff_id}")
            address = tokens.sign_in_link(session, site.settings.url, staff_id=staff_id)
            audit.note(session, staff.name, "link", f"staff:{staff_id}")
    except RefusedError as error:
        return _everybody(request, site, refused=words.refusal(error))
    return page(request, "secret.html", kind="link", name=name.strip(), secret=address, back="/staff/people")


@router.post("/{staff_id}/link")
def again(request: Request, site: Site, staff: Staff, staff_id: UUID) -> Response:
    """Another link for one of the staff."""
    with site.database.writing() as session:
        found = session.get(StaffRow, staff_id)
        if found is None:
            raise HTTPException(404)
        address = tokens.sign_in_link(session, site.settings.url, staff_id=staff_id)
        audit.note(session, staff.name, "link", f"staff:{staff_id}")
    return page(request, "secret.html", kind="link", name=found.name, secret=address, back="/staff/people")


@router.post("/{staff_id}/remove")
def remove(request: Request, site: Site, staff: Staff, staff_id: UUID) -> Response:
    """Let one of the staff in no more; perhaps oneself, if others are there."""
    try:
        with site.database.writing() as session:
            people.remove_staff(session, staff_id)
            audit.note(session, staff.name, "remove", f"staff:{staff_id}")
    except LastError as error:
        return _everybody(request, site, refused=words.refusal(error))
    if staff_id == staff.staff_id:
        return RedirectResponse("/sign-in?done=signed-out", 303)
    return RedirectResponse("/staff/people?done=removed", 303)


def _everybody(request: Request, site: SiteOfPages, refused: str = "") -> Response:
    with site.database.reading() as session:
        found = session.scalars(select(StaffRow).order_by(StaffRow.name)).all()
    return page(request, "staff_people.html", status=422 if refused else 200, people=found, refused=refused)
