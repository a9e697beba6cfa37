"""Assignments, for the staff: all of them, a new one or another version, what proving it found, and its rules.

/staff ─ upload ─▶ proved ─▶ published, or what is wrong with it
/staff/assignments/{id}/text, …/rules
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grader.errors import AuthorError
from grader.language import spoken
from grader.language import translated as _
from grader.render.html.templating import points
from grader.render.validation import percent
from grader.service import audit, policy
from grader.service.assignments import publish
from grader.service.pages import words
from grader.service.pages.library import newest
from grader.service.pages.rendering import page
from grader.service.pages.sheet import AssignmentId, download, versions
from grader.service.pages.site import Site, SiteOfPages, Staff
from grader.service.policy import Rules, Shown
from grader.service.proving import Proof, validated
from grader.service.refusals import RefusedError, UnknownError
from grader.service.results import WAITING
from grader.service.tables import AssignmentVersion, Attempt, State, Submission

router = APIRouter(prefix="/staff")


@dataclass(frozen=True)
class Entry:
    """An assignment on the staff's list."""

    id: str
    title: str
    rules: Rules
    learners: int
    """Who have handed in."""
    waiting: int
    failed: int


@router.get("")
def overview(request: Request, site: Site, staff: Staff) -> Response:
    """All assignments."""
    return _overview(request, site)


@router.post("/assignments")
def upload(
    request: Request,
    site: Site,
    staff: Staff,
    file: Annotated[UploadFile, File()],
    modules: Annotated[list[UploadFile], File()] = [],  # noqa: B006 — read by FastAPI, and never changed
    unproven: Annotated[bool, Form()] = False,
) -> Response:
    """Prove an assignment and publish it; if it is not proven, only if that was asked for."""
    name, text = file.filename or "", file.file.read()
    if not name:
        return _overview(request, site, refused=_("Nothing was chosen: choose the file of an assignment."))
    provided = {one.filename: one.file.read() for one in modules if one.filename}
    try:
        proof = validated(text, name, provided, language=spoken())
        if not (proof.proven or unproven):
            return _overview(request, site, proof=proof)
        version_id = publish(site.database, text, name, provided, proof=proof.dump(), actor=staff.name)
    except AuthorError as error:
        return _overview(request, site, refused=str(error))
    with site.database.reading() as session:
        assignment_id = session.get_one(AssignmentVersion, version_id).assignment_id
    return RedirectResponse(f"/staff/assignments/{assignment_id}/text?done=published", 303)


@router.get("/assignments/{assignment_id}/text")
def text(request: Request, site: Site, staff: Staff, assignment_id: AssignmentId) -> Response:
    """What is asked, in all its versions, and what proving the newest has found."""
    with site.database.reading() as session:
        version = newest(session, assignment_id)
        every = select(AssignmentVersion).where(AssignmentVersion.assignment_id == assignment_id)
        texts = session.scalars(every.order_by(AssignmentVersion.number.desc())).all()
    kit = site.library.kit(version.id)
    return page(
        request,
        "staff_text.html",
        id=assignment_id,
        title=site.library.title(version.id),
        versions=[(one, Proof.load(one.proof) if one.proof else None) for one in texts],
        proof=Proof.load(texts[0].proof) if texts[0].proof else None,
        sheet=site.library.sheet(version.id),
        derivations=site.library.derivation(version.id),
        guessable=kit.guessable,
        files=list(kit.files),
        percent=percent,
    )


@router.get("/assignments/{assignment_id}/versions/{number}")
def version(site: Site, staff: Staff, assignment_id: AssignmentId, number: int) -> Response:
    """The text of a version."""
    which = (AssignmentVersion.assignment_id == assignment_id, AssignmentVersion.number == number)
    with site.database.reading() as session:
        found = session.scalar(select(AssignmentVersion.text).where(*which))
    if found is None:
        raise UnknownError("there is no such version")
    return download(found, f"{assignment_id}.yaml")


@router.get("/assignments/{assignment_id}/files/{name}")
def file(site: Site, staff: Staff, assignment_id: AssignmentId, name: str) -> Response:
    """A file of the kit, as learners get it."""
    with site.database.reading() as session:
        files = site.library.kit(newest(session, assignment_id).id).files
    if name not in files:
        raise UnknownError("there is no such file")
    return download(files[name], name)


# ----- rules -----

Typed = Annotated[str, Field(max_length=30)]


class Entered(BaseModel):
    """The rules as they stand in the form, times in UTC: those there are, or what was typed and may be none."""

    opens_at: Typed = ""
    due_at: Typed = ""
    closes_at: Typed = ""
    late_percent: Typed = ""
    attempts: Typed = ""
    counts: Literal["best", "last"] = "best"
    shown_before: list[Shown] = []
    shown_after: list[Shown] = []

    @classmethod
    def of(cls, rules: Rules) -> "Entered":
        """As the rules there are would be typed."""
        times = (rules.opens_at, rules.due_at, rules.closes_at)
        opens, due, closes = (at.strftime("%Y-%m-%dT%H:%M") if at else "" for at in times)
        return cls(
            opens_at=opens,
            due_at=due,
            closes_at=closes,
            late_percent=points(rules.late_percent),
            attempts=str(rules.attempts or ""),
            counts=rules.counts,
            shown_before=list(rules.shown_before),
            shown_after=list(rules.shown_after),
        )

    def rules(self) -> Rules:
        """What is meant.

        Raises:
            RefusedError: if it contradicts itself.
            ValueError: if a number or a time cannot be read.
        """
        return Rules(
            _time(self.opens_at),
            _time(self.due_at),
            _time(self.closes_at),
            float(self.late_percent.replace(",", ".") or 0),
            int(self.attempts) if self.attempts.strip() else None,
            self.counts,
            frozenset(self.shown_before),
            frozenset(self.shown_after),
        )


def _time(text: str) -> datetime | None:
    """A time as a form sends it; in UTC, which is what the page says, or its script sees to."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@router.get("/assignments/{assignment_id}/rules")
def rules(request: Request, site: Site, staff: Staff, assignment_id: AssignmentId) -> Response:
    """The form."""
    return _rules(request, site, assignment_id)


@router.post("/assignments/{assignment_id}/rules")
def set_rules(
    request: Request,
    site: Site,
    staff: Staff,
    assignment_id: AssignmentId,
    entered: Annotated[Entered, Form()],
) -> Response:
    """Give an assignment other rules."""
    try:
        new = entered.rules()
        with site.database.writing() as session:
            policy.set_rules(session, assignment_id, new)
            audit.note(session, staff.name, "policy", f"assignment:{assignment_id}", _in_short(new))
    except UnknownError:
        raise
    except RefusedError as error:
        return _rules(request, site, assignment_id, refused=words.refusal(error), entered=entered)
    except ValueError:
        return _rules(request, site, assignment_id, refused=_("A number or a time cannot be read."), entered=entered)
    return RedirectResponse(f"/staff/assignments/{assignment_id}?done=policy", 303)


def _rules(
    request: Request, site: SiteOfPages, assignment_id: str, *, refused: str = "", entered: Entered | None = None
) -> Response:
    """The form with the rules there are; or with what was not taken, so that nobody has to enter it again."""
    with site.database.reading() as session:
        version = newest(session, assignment_id)
        law = policy.rules(session, assignment_id)
    return page(
        request,
        "staff_rules.html",
        status=422 if refused else 200,
        id=assignment_id,
        title=site.library.title(version.id),
        entered=entered or Entered.of(law),
        choices=words.shown(),
        refused=refused,
    )


def _in_short(rules: Rules) -> str:
    """For the audit."""
    times = (rules.opens_at, rules.due_at, rules.closes_at)
    opens, due, closes = (at.isoformat(timespec="minutes") if at else "–" for at in times)
    return f"{opens} / {due} / {closes}, {rules.late_percent:g} %, {rules.attempts or '∞'} × {rules.counts}"


def _overview(request: Request, site: SiteOfPages, *, refused: str = "", proof: Proof | None = None) -> Response:
    with site.database.reading() as session:
        entries = [_entry(site, session, *one) for one in sorted(versions(session).items())]
    failed = bool(refused or proof)
    return page(
        request,
        "staff_home.html",
        status=422 if failed else 200,
        entries=entries,
        refused=refused,
        proof=proof,
        percent=percent,
    )


def _entry(site: SiteOfPages, session: Session, assignment_id: str, version_id: int) -> Entry:
    mine = Submission.assignment_id == assignment_id
    learners = session.scalar(select(func.count(Submission.learner_id.distinct())).where(mine)) or 0
    attempts = select(Attempt.state, func.count()).join(Submission).where(mine).group_by(Attempt.state)
    states = {row[0]: row[1] for row in session.execute(attempts)}
    waiting = sum(states.get(state, 0) for state in WAITING)
    law = policy.rules(session, assignment_id)
    return Entry(assignment_id, site.library.title(version_id), law, learners, waiting, states.get(State.FAILED, 0))
