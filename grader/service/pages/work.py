"""One submission, for the staff: the source beside the report, every attempt, and another one if it is wanted.

/staff/submissions/{id}?attempt=2 ─ regrade, cancel ─▶ the same
"""

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy import select

from grader.intake.notebook import NotANotebookError
from grader.intake.notebook import read as read_notebook
from grader.report import Report
from grader.service import access, audit, people, policy
from grader.service.differences import Difference, of_attempt
from grader.service.grades import Grade, grade
from grader.service.handing_in import regrade
from grader.service.pages import words
from grader.service.pages.library import newest
from grader.service.pages.rendering import page
from grader.service.pages.result import as_page
from grader.service.pages.sheet import download
from grader.service.pages.site import Site, Staff
from grader.service.policy import Rules
from grader.service.queue import Queue
from grader.service.results import WAITING, current
from grader.service.tables import Attempt, HandedFile, Person, Submission
from grader.service.views import staff_view
from grader.visible import visible

MOST_LINES = 3_000
"""Of a file, shown on a page; all of it can be downloaded."""
MOST_BYTES = 300_000
"""Of them."""

router = APIRouter(prefix="/staff/submissions")


@dataclass(frozen=True)
class Source:
    """A file as it was handed in, line by line; of a notebook its code."""

    position: int
    name: str
    size: int
    kind: Literal["text", "notebook", "other"]
    lines: tuple[str, ...]
    cut: bool
    """Whether there is more of it."""


@dataclass(frozen=True)
class View:
    """What is shown of a submission, and of one of its attempts."""

    submission: Submission
    title: str
    person: Person | None
    rules: Rules
    grade: Grade
    attempts: list[tuple[Attempt, words.Word]]
    waiting: bool
    attempt: Attempt
    counts: bool
    """Whether it is the attempt whose result counts."""
    word: words.Word
    difference: Difference | None
    """From the attempt before it."""
    report: Report | None
    shown: Markup
    """The report, laid out."""
    sources: list[Source]


@router.get("/{submission_id}")
def submission(
    request: Request, site: Site, staff: Staff, submission_id: UUID, attempt: Annotated[int | None, Query(ge=1)] = None
) -> Response:
    """The page."""
    with site.database.reading() as session:
        found = access.submission(session, staff, submission_id)
        attempts = found.attempts
        counting = current(session, submission_id)
        shown = counting or attempts[-1]
        if attempt is not None:
            asked = next((one for one in attempts if one.number == attempt), None)
            if asked is None:
                raise HTTPException(404)
            shown = asked
        report = staff_view(shown.report) if shown.report else None
        values = View(
            submission=found,
            title=site.library.title(newest(session, found.assignment_id).id),
            person=people.named(session, [found.learner_id]).get(found.learner_id),
            rules=policy.rules(session, found.assignment_id),
            grade=grade(session, found.assignment_id, found.learner_id),
            attempts=[(one, words.state(one.state, one.status)) for one in reversed(attempts)],
            waiting=any(one.state in WAITING for one in attempts),
            attempt=shown,
            counts=counting is not None and counting.id == shown.id,
            word=words.state(shown.state, shown.status),
            difference=of_attempt(session, submission_id, shown.number),
            report=report,
            shown=Markup() if report is None else as_page(report),
            sources=[_source(file) for file in found.files],
        )
    site.note(staff, "see", f"submission:{submission_id}", f"report of attempt {values.attempt.number}")
    return page(request, "staff_submission.html", **vars(values))


@router.get("/{submission_id}/files/{position}")
def file(site: Site, staff: Staff, submission_id: UUID, position: int) -> Response:
    """A file, byte for byte."""
    which = (HandedFile.submission_id == submission_id, HandedFile.position == position)
    with site.database.reading() as session:
        found = session.scalar(select(HandedFile).where(*which))
    if found is None:
        raise HTTPException(404)
    site.note(staff, "see", f"submission:{submission_id}", f"file {position}")
    return download(found.data, found.name)


@router.get("/{submission_id}/attempts/{number}/report.json")
def report(site: Site, staff: Staff, submission_id: UUID, number: int) -> Response:
    """A report with all its numbers."""
    which = (Attempt.submission_id == submission_id, Attempt.number == number)
    with site.database.reading() as session:
        found = session.scalar(select(Attempt.report).where(*which))
    if found is None:
        raise HTTPException(404)
    site.note(staff, "see", f"submission:{submission_id}", f"report of attempt {number}")
    return download(found, "report.json")


@router.post("/{submission_id}/regrade")
def again(site: Site, staff: Staff, submission_id: UUID) -> Response:
    """Have it graded once more, on the newest version of the assignment."""
    number = regrade(site.database, submission_id)
    with site.database.writing() as session:
        audit.note(session, staff.name, "regrade", f"submission:{submission_id}", f"attempt {number}")
    return RedirectResponse(f"/staff/submissions/{submission_id}?done=regrading", 303)


@router.post("/{submission_id}/cancel")
def cancel(site: Site, staff: Staff, submission_id: UUID) -> Response:
    """Stop what is not graded yet."""
    with site.database.writing() as session:
        mine = (Attempt.submission_id == submission_id, Attempt.state.in_(WAITING))
        waiting = session.scalars(select(Attempt.id).where(*mine)).all()
        audit.note(session, staff.name, "cancel", f"submission:{submission_id}")
    for one in waiting:
        Queue(site.database).cancel(one)
    return RedirectResponse(f"/staff/submissions/{submission_id}", 303)


def _source(file: HandedFile) -> Source:
    """What can be read of a file; whatever is in it, it is shown as text."""
    kind: Literal["text", "notebook", "other"] = "text"
    text = ""
    try:
        if file.name.lower().endswith(".ipynb"):
            kind = "notebook"
            cells = read_notebook(file.data).cells
            text = "\n\n".join(f"# [{number}]\n{code}" for number, code in cells)
        else:
            text = file.data.decode("utf-8-sig")
    except (UnicodeDecodeError, NotANotebookError):
        kind = "other"
    plain = visible(text[:MOST_BYTES].replace("\r\n", "\n"), limit=4 * MOST_BYTES, multiline=True)
    lines = plain.removesuffix("\n").split("\n")
    cut = len(lines) > MOST_LINES or len(text) > MOST_BYTES
    return Source(file.position, file.name, len(file.data), kind, tuple(lines[:MOST_LINES]), cut)
