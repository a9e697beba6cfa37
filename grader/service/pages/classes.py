"""Classes: who is in them, by a roster from the school, and the links that let them in.

/staff/classes ─ create ─▶ /staff/classes/{id} ─┬─ roster ─▶ who is new, changed, missing
                                                └─ links ──▶ a link for one, or a table of links for all
"""

import csv
import io
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select

from grader.render.gradebook import harmless
from grader.service import audit, people, tokens
from grader.service.pages import words
from grader.service.pages.rendering import page
from grader.service.pages.site import Site, SiteOfPages, Staff
from grader.service.refusals import RefusedError, UnknownError
from grader.service.roster import MOST_BYTES, Enrolled, enrol
from grader.service.tables import Class, Learner, Membership, Person
from grader.visible import visible

router = APIRouter(prefix="/staff")
ID = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"


@router.get("/classes")
def classes(request: Request, site: Site, staff: Staff) -> Response:
    """All classes."""
    return _classes(request, site)


@router.post("/classes")
def create(
    request: Request,
    site: Site,
    staff: Staff,
    title: Annotated[str, Form(max_length=500)],
    id: Annotated[str, Form(max_length=100, pattern=ID)],
) -> Response:
    """A new class."""
    try:
        with site.database.writing() as session:
            people.create_class(session, id, title)
            audit.note(session, staff.name, "create", f"class:{id}")
    except RefusedError as error:
        return _classes(request, site, refused=words.refusal(error))
    return RedirectResponse(f"/staff/classes/{id}?done=class", 303)


@router.get("/classes/{class_id}")
def one(request: Request, site: Site, staff: Staff, class_id: str) -> Response:
    """Who is in a class."""
    return _class(request, site, class_id)


@router.post("/classes/{class_id}/roster")
def roster(request: Request, site: Site, staff: Staff, class_id: str, file: Annotated[UploadFile, File()]) -> Response:
    """Have everybody on a roster in the class."""
    data = file.file.read(MOST_BYTES + 1)
    try:
        with site.database.writing() as session:
            enrolled = enrol(session, class_id, data)
            audit.note(session, staff.name, "enrol", f"class:{class_id}", f"{len(enrolled.added)} new")
    except UnknownError:
        raise
    except RefusedError as error:
        return _class(request, site, class_id, refused=words.refusal(error))
    return _class(request, site, class_id, enrolled=enrolled)


@router.post("/classes/{class_id}/links")
def links(request: Request, site: Site, staff: Staff, class_id: str) -> Response:
    """A sign-in link for everybody in the class, as a table to send mail from."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("login", "name", "mail", "link"))
    with site.database.writing() as session:
        if session.get(Class, class_id) is None:
            raise HTTPException(404)
        members = people.members(session, class_id)
        for learner_id, person in sorted(
            people.named(session, members).items(), key=lambda item: (item[1].login or "", str(item[0]))
        ):
            address = tokens.sign_in_link(session, site.settings.url, learner_id=learner_id)
            known = (visible(cell or "") for cell in (person.login, person.name, person.mail))
            writer.writerow([*map(harmless, known), address])
        audit.note(session, staff.name, "link", f"class:{class_id}", f"{len(members)} learners")
    headers = {"Content-Disposition": 'attachment; filename="links.csv"'}
    return Response(text.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/learners/{learner_id}/link")
def one_link(request: Request, site: Site, staff: Staff, learner_id: UUID) -> Response:
    """A sign-in link for one learner, shown this one time."""
    with site.database.writing() as session:
        if session.get(Learner, learner_id) is None:
            raise HTTPException(404)
        person = people.named(session, [learner_id]).get(learner_id)
        address = tokens.sign_in_link(session, site.settings.url, learner_id=learner_id)
        audit.note(session, staff.name, "link", f"learner:{learner_id}")
    name = (person and (person.name or person.login)) or str(learner_id)[:8]
    return page(request, "secret.html", kind="link", name=name, secret=address, back="/staff/classes")


@router.post("/classes/{class_id}/learners/{learner_id}/remove")
def remove(site: Site, staff: Staff, class_id: str, learner_id: UUID) -> Response:
    """Have a learner in a class no more; the work stays."""
    with site.database.writing() as session:
        found = session.get(Membership, (class_id, learner_id))
        if found is None:
            raise HTTPException(404)
        session.delete(found)
        audit.note(session, staff.name, "leave", f"class:{class_id}", f"learner:{learner_id}")
    return RedirectResponse(f"/staff/classes/{class_id}", 303)


def _classes(request: Request, site: SiteOfPages, refused: str = "") -> Response:
    count = select(func.count()).where(Membership.class_id == Class.id).correlate(Class).scalar_subquery()
    with site.database.reading() as session:
        found = session.execute(select(Class, count).order_by(Class.created_at.desc())).all()
    status = 422 if refused else 200
    return page(
        request, "staff_classes.html", status=status, classes=[(row[0], row[1]) for row in found], refused=refused
    )


def _class(
    request: Request, site: SiteOfPages, class_id: str, *, refused: str = "", enrolled: Enrolled | None = None
) -> Response:
    with site.database.reading() as session:
        found = session.get(Class, class_id)
        if found is None:
            raise HTTPException(404)
        members = people.members(session, class_id)
        persons = people.named(session, members)
    rows: list[tuple[UUID, Person | None]] = [(one, persons.get(one)) for one in members]
    rows.sort(key=lambda row: ((row[1] and (row[1].name or row[1].login)) or "").casefold())
    return page(
        request,
        "staff_class.html",
        status=422 if refused else 200,
        one=found,
        members=rows,
        persons=persons,
        refused=refused,
        enrolled=enrolled,
    )
