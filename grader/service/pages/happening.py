"""What is happening, and what has happened: the queue with what we failed on, and the audit."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import func, select

from grader.service import audit
from grader.service.pages import words
from grader.service.pages.rendering import page
from grader.service.pages.site import Site, Staff
from grader.service.queue import Queue
from grader.service.results import WAITING
from grader.service.tables import Attempt, State, Submission, Worker, now
from grader.service.tables import Staff as StaffRow

MOST = 100
"""Attempts, or lines, on a page."""

router = APIRouter(prefix="/staff")


@router.get("/queue")
def queue(request: Request, site: Site, staff: Staff) -> Response:
    """How much waits, who works on it, and what could not be graded."""
    waiting = select(Attempt, Submission.assignment_id).join(Submission).where(Attempt.state.in_(WAITING))
    failed = select(Attempt, Submission.assignment_id).join(Submission).where(Attempt.state == State.FAILED)
    with site.database.reading() as session:
        oldest = session.scalar(select(func.min(Attempt.created_at)).where(Attempt.state.in_(WAITING)))
        return page(
            request,
            "staff_queue.html",
            counts=Queue(site.database).counts(),
            oldest=None if oldest is None else max(0, int((now() - oldest).total_seconds())),
            workers=session.scalar(select(func.count()).select_from(Worker)) or 0,
            waiting=session.execute(waiting.order_by(Attempt.priority, Attempt.id).limit(MOST)).all(),
            failed=session.execute(failed.order_by(Attempt.id.desc()).limit(MOST)).all(),
        )


@router.get("/audit")
def log(
    request: Request,
    site: Site,
    staff: Staff,
    before: Annotated[int | None, Query(ge=1)] = None,
    object: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Who saw or changed what, the newest first."""
    with site.database.reading() as session:
        found = audit.entries(session, object=object or None, before=before, limit=MOST)
        return page(
            request, "staff_audit.html", entries=found, names=_names(session.scalars(select(StaffRow)).all()),
            actions=words.actions(), object=object or "", last=found[-1].id if len(found) == MOST else None,
        )  # fmt: skip


def _names(staff: Iterable[StaffRow]) -> dict[str, str]:
    """The staff by what they are called in the audit; learners stay numbers there."""
    return {f"staff:{one.id}": one.name for one in staff}
