"""A learner's assignments, and one of them: the sheet, its files, and where to hand in.

/ ─▶ /assignments/{id} ─▶ /assignments/{id}/files/{name}
"""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.service import access
from grader.service.grades import Grade, grade
from grader.service.pages import words
from grader.service.pages.library import newest
from grader.service.pages.rendering import page
from grader.service.pages.sessions import NotSignedInError
from grader.service.pages.site import Learner, Site, SiteOfPages
from grader.service.policy import Rules, Shown, rules
from grader.service.results import outcomes
from grader.service.tables import Assignment, AssignmentVersion, HandedFile, now
from grader.visible import visible

AssignmentId = Annotated[str, Path(max_length=200)]
MOST_CODE = 512 * 1024
"""Characters that the text field is filled with."""

router = APIRouter()


@dataclass(frozen=True)
class Entry:
    """An assignment on a learner's list."""

    id: str
    title: str
    rules: Rules
    grade: Grade
    standing: words.Word


@router.get("/")
def home(request: Request, site: Site) -> Response:
    """The list, of whoever visits; what is not open yet is not there, as everywhere for a learner."""
    visitor = request.state.visitor
    if visitor.holder is None:
        raise NotSignedInError
    if visitor.is_staff:
        return RedirectResponse("/staff", 303)
    with site.database.reading() as session:
        entries = [
            _entry(site, session, one, visitor.holder.learner_id)
            for one in versions(session).items()
            if access.is_open(session, one[0])
        ]
    # What is due next comes first, and what is never due last.
    entries.sort(key=lambda entry: (entry.rules.due_at is None, entry.rules.due_at or now(), entry.title))
    return page(request, "home.html", entries=entries)


@router.get("/assignments/{assignment_id}")
def sheet(request: Request, site: Site, learner: Learner, assignment_id: AssignmentId) -> Response:
    """The sheet of an assignment, and where to hand in."""
    return sheet_page(request, site, learner, assignment_id)


@router.get("/assignments/{assignment_id}/files/{name}")
def file(request: Request, site: Site, learner: Learner, assignment_id: AssignmentId, name: str) -> Response:
    """One of the files of the kit."""
    with site.database.reading() as session:
        access.assignment(session, request.state.visitor.holder, assignment_id)
        version = newest(session, assignment_id)
    data = site.library.kit(version.id).files.get(name)
    if data is None:
        raise HTTPException(404)
    return download(data, name)


def sheet_page(
    request: Request,
    site: SiteOfPages,
    learner: UUID,
    assignment_id: str,
    *,
    refused: str = "",
    code: str | None = None,
) -> Response:
    """The page of an assignment; with what was not taken and why, so that nobody has to write it again."""
    at = now()
    with site.database.reading() as session:
        access.assignment(session, request.state.visitor.holder, assignment_id)
        version = newest(session, assignment_id)
        law = rules(session, assignment_id)
        standing = grade(session, assignment_id, learner)
        handed_in = outcomes(session, assignment_id, learner)
        before = _code_of(session, handed_in[-1].submission_id) if handed_in else None
    kit = site.library.kit(version.id)
    template = kit.files[f"{assignment_id}.py"].decode()
    return page(
        request,
        "sheet.html",
        status=422 if refused else 200,
        id=assignment_id,
        title=site.library.title(version.id),
        sheet=site.library.sheet(version.id),
        files=[name for name in kit.files if not name.endswith((".html", ".md"))],
        rules=law,
        grade=standing,
        standing=words.standing(standing.status),
        handed_in=[(one, words.of(one)) for one in reversed(handed_in)],
        takes=(law.closes_at is None or at < law.closes_at) and standing.left != 0,
        late=law.due_at is not None and at > law.due_at,
        derivations=site.library.derivation(version.id) if Shown.derivation in law.shown(at) else (),
        code=next(text for text in (code, before, template) if text is not None),
        from_before=code is None and before is not None,
        key=token_urlsafe(16),
        refused=refused,
    )


def versions(session: Session) -> dict[str, int]:
    """The newest version of each assignment."""
    found = select(AssignmentVersion.assignment_id, func.max(AssignmentVersion.id)).join(Assignment)
    return {row[0]: row[1] for row in session.execute(found.group_by(AssignmentVersion.assignment_id))}


def download(data: bytes, name: str) -> Response:
    """A file to be kept, never one to be opened here: whatever is in it, it is no page of ours."""
    plain = "".join(char if (char.isalnum() and char.isascii()) or char in "._-" else "_" for char in name)
    return Response(
        data,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{plain}"', "Content-Security-Policy": "sandbox"},
    )


def _entry(site: SiteOfPages, session: Session, one: tuple[str, int], learner: UUID) -> Entry:
    assignment_id, version_id = one
    standing = grade(session, assignment_id, learner)
    title = site.library.title(version_id)
    return Entry(assignment_id, title, rules(session, assignment_id), standing, words.standing(standing.status))


def _code_of(session: Session, submission_id: UUID) -> str | None:
    """What was handed in, if it can be gone on with in a text field."""
    files = session.scalars(select(HandedFile).where(HandedFile.submission_id == submission_id).limit(2)).all()
    if len(files) != 1 or not files[0].name.endswith(".py") or len(files[0].data) > MOST_CODE:
        return None
    try:
        text = files[0].data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    plain = text.replace("\r\n", "\n")
    # What cannot be seen would be handed in again unseen.
    return plain if visible(plain, limit=4 * MOST_CODE, multiline=True) == plain else None
