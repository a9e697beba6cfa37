"""What became of a submission: the verdicts, the maps of errors, the mistakes by name; and how far it is until then.

/submissions/{id} ─ a part of it, /submissions/{id}/outcome, asks for itself again until there is a report
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.language import speaking
from grader.render.html.learner_page import findings
from grader.report import Report, labels
from grader.service import access
from grader.service.grades import Grade, grade
from grader.service.pages import sessions, words
from grader.service.pages.library import Derived, newest
from grader.service.pages.rendering import environment, page
from grader.service.pages.sheet import download
from grader.service.pages.site import Learner, Site, SiteOfPages
from grader.service.policy import Rules, Shown, rules
from grader.service.results import WAITING, Outcome, current, outcomes
from grader.service.tables import Attempt, State, Submission, now
from grader.service.views import student_view
from grader.verdict import Verdict

PAUSES = (1, 1, 2, 2, 3, 5, 8, 13, 20)
"""Seconds from one look to the next; the last one from then on."""
MOST_COMPARED = 12
"""Submissions side by side."""

router = APIRouter()


@dataclass(frozen=True)
class Compared:
    """A submission in the table of earlier ones; a verdict for each gradient that it has."""

    outcome: Outcome
    word: words.Word
    verdicts: dict[str, Verdict]


@dataclass(frozen=True)
class View:
    """What is shown of a submission, and of whoever's it is."""

    submission: Submission
    files: list[tuple[int, str]]
    number: int
    """Counted from 1, of those in this assignment."""
    title: str
    word: words.Word
    rules: Rules
    grade: Grade
    counts: bool
    """Whether the grade comes from this one."""
    late_days: int
    penalised: float | None
    """What is left of the score."""
    report: Report | None
    shown: Markup | None
    """The report, laid out."""
    derivations: tuple[Derived, ...]
    waiting: bool
    """Whether there will be another report."""
    failed: bool
    cancelled: bool
    ahead: int
    """How many are graded before it."""
    look: int
    """How often the page has asked, and the seconds until it asks again."""
    pause: int
    compared: list[Compared]


@router.get("/submissions/{submission_id}")
def result(request: Request, site: Site, submission_id: UUID) -> Response:
    """The page of a submission."""
    visitor = request.state.visitor
    if visitor.is_staff:
        return RedirectResponse(f"/staff/submissions/{submission_id}", 303)
    return page(request, "result.html", **vars(_view(request, site, submission_id, look=0)))


@router.get("/submissions/{submission_id}/outcome")
def outcome(
    request: Request, site: Site, learner: Learner, submission_id: UUID, look: Annotated[int, Query(ge=0, le=10**6)] = 0
) -> Response:
    """The part that changes."""
    return page(request, "outcome.html", alone=True, **vars(_view(request, site, submission_id, look=look + 1)))


@router.get("/submissions/{submission_id}/files/{position}")
def file(request: Request, site: Site, learner: Learner, submission_id: UUID, position: int) -> Response:
    """A file as it was handed in."""
    with site.database.reading() as session:
        submission = access.submission(session, request.state.visitor.holder, submission_id)
        found = next((one for one in submission.files if one.position == position), None)
    if found is None:
        raise HTTPException(404)
    return download(found.data, found.name)


def _view(request: Request, site: SiteOfPages, submission_id: UUID, *, look: int) -> View:
    learner = sessions.learner(request)
    with site.database.reading() as session:
        submission = access.submission(session, request.state.visitor.holder, submission_id)
        law = rules(session, submission.assignment_id)
        shown = law.shown(now())
        standing = grade(session, submission.assignment_id, learner)
        handed_in = outcomes(session, submission.assignment_id, learner)
        one = next(found for found in handed_in if found.submission_id == submission_id)
        attempt = current(session, submission_id)
        graded = attempt is not None and attempt.state is State.GRADED  # what we failed on is not for learners
        report = student_view(attempt.report, shown) if attempt is not None and graded and attempt.report else None
        waiting = any(each.state in WAITING for each in submission.attempts)
        derived = attempt is not None and Shown.derivation in shown
        return View(
            submission=submission,
            files=[(file.position, file.name) for file in submission.files],
            number=handed_in.index(one) + 1,
            title=site.library.title(newest(session, submission.assignment_id).id),
            word=words.of(one),
            rules=law,
            grade=standing,
            counts=standing.submission_id == submission_id,
            late_days=law.late_days(one.handed_at),
            penalised=None if report is None or report.score is None else law.penalised(report.score, one.handed_at),
            report=report,
            shown=None if report is None else as_page(report),
            derivations=site.library.derivation(attempt.version_id) if attempt is not None and derived else (),
            waiting=waiting,
            failed=one.state is State.FAILED,
            cancelled=one.state is State.CANCELLED,
            ahead=_ahead(session, submission) if waiting else 0,
            look=look,
            pause=PAUSES[min(look, len(PAUSES) - 1)],
            compared=_compared(session, handed_in[-MOST_COMPARED:], shown) if len(handed_in) > 1 else [],
        )


def as_page(report: Report) -> Markup:
    """What a report says, in its own language, as it stands on a learner's page."""
    with speaking(report.language):
        return Markup(environment().get_template("report.html").render(report=report, **findings(report)))


def verdicts(report: Report) -> dict[str, Verdict]:
    """The verdict of each gradient."""
    return dict(zip(labels(report.gradients), (one.verdict for one in report.gradients), strict=True))


def _compared(session: Session, handed_in: list[Outcome], shown: frozenset[Shown]) -> list[Compared]:
    found = []
    for one in handed_in:
        mine = (Attempt.id == one.attempt_id, Attempt.state == State.GRADED)
        report = session.scalar(select(Attempt.report).where(*mine))
        found.append(Compared(one, words.of(one), verdicts(student_view(report, shown)) if report else {}))
    return found


def _ahead(session: Session, submission: Submission) -> int:
    """How many attempts are graded before this one."""
    mine = next(one for one in submission.attempts if one.state in WAITING)
    waiting = (Attempt.state.in_(WAITING), Attempt.priority <= mine.priority, Attempt.id < mine.id)
    return session.scalar(select(func.count()).select_from(Attempt).where(*waiting)) or 0
