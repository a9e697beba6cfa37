"""Handing in from the page of an assignment: files, by button or dropped on it, or what was written in it.

POST /assignments/{id}/submissions ─ hand_in ─▶ /submissions/{id}, or the same page again that says why not
"""

import hashlib
from typing import Annotated

from fastapi import APIRouter, File, Form, HTTPException, Request, Response, UploadFile
from fastapi.responses import RedirectResponse

from grader.language import spoken
from grader.language import translated as _
from grader.service import access, handing_in
from grader.service.handing_in import hand_in
from grader.service.pages import words
from grader.service.pages.sheet import AssignmentId, sheet_page
from grader.service.pages.site import Learner, Site
from grader.service.refusals import RefusedError, UnknownError

router = APIRouter()


@router.post("/assignments/{assignment_id}/submissions")
def take(
    request: Request,
    site: Site,
    learner: Learner,
    assignment_id: AssignmentId,
    files: Annotated[list[UploadFile], File()] = [],  # noqa: B006 — read by FastAPI, and never changed
    code: Annotated[str | None, Form()] = None,
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Take what was handed in."""
    written = None if code is None else code.replace("\r\n", "\n")
    with site.database.reading() as session:
        access.assignment(session, request.state.visitor.holder, assignment_id)
    try:
        handed = [handing_in.File(one.filename or "", one.file.read()) for one in files if one.filename]
        if not handed and written is not None and written.strip():
            handed = [handing_in.File(f"{assignment_id}.py", written.encode("utf-8", "replace"))]
        if not handed:
            refused = _("Nothing was chosen: choose a file, or write your functions below.")
            return sheet_page(request, site, learner, assignment_id, refused=refused, code=written)
        if len(handed) > site.settings.most_files:
            refused = _("These are too many files: hand in your own work only.")
            return sheet_page(request, site, learner, assignment_id, refused=refused)
        receipt = hand_in(
            site.database, assignment_id, learner, handed, _pressed_once(key, handed) if key else None, spoken()
        )
    except UnknownError:
        raise HTTPException(404) from None
    except RefusedError as error:
        return sheet_page(request, site, learner, assignment_id, refused=words.refusal(error), code=written)
    return RedirectResponse(f"/submissions/{receipt.submission_id}", 303)


def _pressed_once(key: str, files: list[handing_in.File]) -> str:
    """The same for the same work from the same page: a button that is pressed twice hands in once."""
    whole = hashlib.sha256(key.encode())
    for file in files:
        whole.update(f"\0{file.name}\0{hashlib.sha256(file.data).hexdigest()}".encode())
    return f"page:{whole.hexdigest()}"
