"""How a class did in an assignment: scores, gradients, mistakes with the work that has them, and everybody's grade.

/staff/assignments/{id} ─┬─ mistakes/{code}, gradients/{label} ─▶ submissions
                         ├─ learners/{id}: attempts, and a grade of the staff's own
                         └─ gradebook.csv
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.language import translated as _
from grader.row import Row
from grader.service import audit, people, policy
from grader.service.grades import Grade, grade, gradebook, grades
from grader.service.handing_in import behind, regrade_all
from grader.service.overriding import override
from grader.service.pages import words
from grader.service.pages.library import newest
from grader.service.pages.rendering import page
from grader.service.pages.sheet import AssignmentId
from grader.service.pages.site import Site, SiteOfPages, Staff
from grader.service.refusals import RefusedError, UnknownError
from grader.service.results import outcomes, rows_of
from grader.service.statistics import statistics
from grader.service.tables import Class, Learner, Person
from grader.service.tokens import Holder

router = APIRouter(prefix="/staff/assignments")

Sorting: TypeAlias = Literal["name", "login", "score", "state", "late", "attempts"]
ClassId = Annotated[str | None, Query(alias="class", max_length=200)]


@dataclass(frozen=True)
class Line:
    """A learner in the table."""

    grade: Grade
    person: Person | None
    word: words.Word

    @property
    def name(self) -> str:
        return (self.person and (self.person.name or self.person.login)) or str(self.grade.learner_id)[:8]

    @property
    def login(self) -> str:
        return (self.person and self.person.login) or ""


@dataclass(frozen=True)
class Found:
    """A submission in a list of those with something in common."""

    line: Line
    row: Row | None
    where: tuple[str, ...]
    """Labels of gradients."""


@router.get("/{assignment_id}")
def assignment(
    request: Request,
    site: Site,
    staff: Staff,
    assignment_id: AssignmentId,
    class_id: ClassId = None,
    sort: Sorting = "name",
    down: bool = False,
) -> Response:
    """The page of an assignment."""
    with site.database.reading() as session:
        version = newest(session, assignment_id)
        lines = _lines(session, assignment_id, class_id)
        seen = statistics(session, assignment_id, class_id)
        classes = session.execute(select(Class.id, Class.title).order_by(Class.title)).all()
        law = policy.rules(session, assignment_id)
        left_behind = behind(session, assignment_id)
    site.note(staff, "see", f"grades:{assignment_id}", class_id)
    lines.sort(key=lambda line: line.name.casefold())
    lines.sort(key=_keys()[sort], reverse=down)
    return page(
        request,
        "staff_assignment.html",
        id=assignment_id,
        title=site.library.title(version.id),
        version=version,
        rules=law,
        statistics=seen,
        most=max((bar.count for bar in seen.distribution), default=0),
        lines=lines,
        behind=left_behind,
        classes=classes,
        class_id=class_id,
        sort=sort,
        down=down,
    )


@router.get("/{assignment_id}/gradebook.csv")
def table(site: Site, staff: Staff, assignment_id: AssignmentId, class_id: ClassId = None) -> Response:
    """The grades, for a spreadsheet."""
    with site.database.reading() as session:
        newest(session, assignment_id)
        data = gradebook(session, assignment_id, class_id)
    site.note(staff, "see", f"grades:{assignment_id}", class_id)
    headers = {"Content-Disposition": 'attachment; filename="gradebook.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{assignment_id}/regrade")
def regrade(site: Site, staff: Staff, assignment_id: AssignmentId) -> Response:
    """Have all work graded once more that is not graded on the newest version."""
    count = regrade_all(site.database, assignment_id)
    site.note(staff, "regrade", f"assignment:{assignment_id}", f"submissions {count}")
    return RedirectResponse(f"/staff/assignments/{assignment_id}?done=regrading-all", 303)


@router.get("/{assignment_id}/mistakes/{code}")
def mistake(
    request: Request, site: Site, staff: Staff, assignment_id: AssignmentId, code: str, class_id: ClassId = None
) -> Response:
    """Who made a mistake."""
    with site.database.reading() as session:
        seen = statistics(session, assignment_id, class_id)
        known = next((one for one in seen.mistakes if one.code == code), None)
        if known is None:
            raise HTTPException(404)
        where = {one.submission_id: one.gradients for one in known.submissions}
        found = _found(session, assignment_id, class_id, where)
    return _list(request, site, assignment_id, class_id, "mistake", code, found)


@router.get("/{assignment_id}/gradients/{label}")
def gradient(
    request: Request, site: Site, staff: Staff, assignment_id: AssignmentId, label: str, class_id: ClassId = None
) -> Response:
    """Whose gradient is not correct."""
    with site.database.reading() as session:
        lines = _lines(session, assignment_id, class_id)
        rows = rows_of(session, [line.grade.attempt_id for line in lines if line.grade.attempt_id is not None])
        where = {
            line.grade.submission_id: (label,)
            for line in lines
            if (row := rows.get(line.grade.attempt_id or 0)) is not None
            and any(
                column.label == label and verdict != "correct"
                for column, verdict in zip(row.columns, row.verdicts, strict=True)
            )
        }
        found = _found(session, assignment_id, class_id, {one: labels for one, labels in where.items() if one})
    return _list(request, site, assignment_id, class_id, "gradient", label, found)


# ----- one learner -----


@router.get("/{assignment_id}/learners/{learner_id}")
def learner(request: Request, site: Site, staff: Staff, assignment_id: AssignmentId, learner_id: UUID) -> Response:
    """What a learner has handed in, and the grade that comes of it."""
    return _learner(request, site, staff, assignment_id, learner_id)


@router.post("/{assignment_id}/learners/{learner_id}/override")
def set_grade(
    request: Request,
    site: Site,
    staff: Staff,
    assignment_id: AssignmentId,
    learner_id: UUID,
    score: Annotated[str, Form(max_length=30)] = "",
    reason: Annotated[str, Form(max_length=5_000)] = "",
    undo: Annotated[bool, Form()] = False,
) -> Response:
    """Give a grade in place of the reckoned one, or take that back."""
    assert staff.staff_id is not None, "the door sees to it"
    try:
        points = None if undo else float(score.replace(",", "."))
        with site.database.writing() as session:
            override(session, assignment_id, learner_id, points, reason, staff.staff_id)
    except UnknownError:
        raise
    except ValueError:
        refused = _("The points are no number.")
        return _learner(request, site, staff, assignment_id, learner_id, refused=refused)
    except RefusedError as error:
        return _learner(request, site, staff, assignment_id, learner_id, refused=words.refusal(error))
    done = "undone" if undo else "overridden"
    return RedirectResponse(f"/staff/assignments/{assignment_id}/learners/{learner_id}?done={done}", 303)


def _learner(
    request: Request, site: SiteOfPages, staff: Holder, assignment_id: str, learner_id: UUID, *, refused: str = ""
) -> Response:
    with site.database.reading() as session:
        version = newest(session, assignment_id)
        if session.get(Learner, learner_id) is None:
            raise HTTPException(404)
        standing = grade(session, assignment_id, learner_id)
        person = people.named(session, [learner_id]).get(learner_id)
        handed_in = outcomes(session, assignment_id, learner_id)
        law = policy.rules(session, assignment_id)
    site.note(staff, "see", audit.of_grade(assignment_id, learner_id))
    return page(
        request,
        "staff_learner.html",
        status=422 if refused else 200,
        id=assignment_id,
        title=site.library.title(version.id),
        line=Line(standing, person, words.standing(standing.status)),
        grade=standing,
        rules=law,
        handed_in=[(one, words.of(one)) for one in reversed(handed_in)],
        refused=refused,
    )


# ----- lists -----


def _lines(session: Session, assignment_id: str, class_id: str | None) -> list[Line]:
    everybody = grades(session, assignment_id, class_id)
    persons = people.named(session, [one.learner_id for one in everybody])
    return [Line(one, persons.get(one.learner_id), words.standing(one.status)) for one in everybody]


def _keys() -> dict[Sorting, Callable[[Line], Any]]:
    """By what the table can be sorted."""
    return {
        "name": lambda line: line.name.casefold(),
        "login": lambda line: line.login.casefold(),
        "score": lambda line: -1.0 if line.grade.score is None else line.grade.score,
        "state": lambda line: line.grade.status,
        "late": lambda line: line.grade.late_days,
        "attempts": lambda line: line.grade.used,
    }


def _found(
    session: Session, assignment_id: str, class_id: str | None, where: dict[UUID, tuple[str, ...]]
) -> list[Found]:
    lines = [line for line in _lines(session, assignment_id, class_id) if line.grade.submission_id in where]
    rows = rows_of(session, [line.grade.attempt_id for line in lines if line.grade.attempt_id is not None])
    lines.sort(key=lambda line: line.name.casefold())
    return [
        Found(line, rows.get(line.grade.attempt_id or 0), where[line.grade.submission_id])
        for line in lines
        if line.grade.submission_id is not None
    ]


def _list(
    request: Request,
    site: SiteOfPages,
    assignment_id: str,
    class_id: str | None,
    kind: Literal["mistake", "gradient"],
    what: str,
    found: list[Found],
) -> Response:
    with site.database.reading() as session:
        version = newest(session, assignment_id)
    return page(
        request,
        "staff_found.html",
        id=assignment_id,
        title=site.library.title(version.id),
        class_id=class_id,
        kind=kind,
        what=what,
        found=found,
    )
