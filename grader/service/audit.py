"""The log of who saw or changed what: written in the transaction of what it tells of, ids only.

actor  ── action ──▶ object                                    detail
staff:7c…  override  grade:relu_frobenius:learner:90…          8 → 10
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service.tables import Audit

OPERATOR = "operator"
"""Whoever may run commands where the service runs."""


def note(session: Session, actor: str, action: str, object: str, detail: str | None = None) -> None:
    """Write down that somebody did something."""
    session.add(Audit(actor=actor, action=action, object=object, detail=detail))


def of_grade(assignment_id: str, learner_id: UUID) -> str:
    """What a learner's grade is called as an object."""
    return f"grade:{assignment_id}:learner:{learner_id}"


def entries(
    session: Session, *, object: str | None = None, before: int | None = None, limit: int = 100
) -> Sequence[Audit]:
    """The newest entries, of one object if it is given, older than the one with the id `before`."""
    found = select(Audit).order_by(Audit.id.desc()).limit(limit)
    if object is not None:
        found = found.where(Audit.object == object)
    if before is not None:
        found = found.where(Audit.id < before)
    return session.scalars(found).all()
