"""Overriding: one of the staff gives a grade in place of the reckoned one, says why, or takes that back.

The newest word counts; the earlier ones stay, so that an appeal can be answered.
"""

import math
from uuid import UUID

from sqlalchemy.orm import Session

from grader.service import audit, webhooks
from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import Assignment, Learner, Override
from grader.visible import visible

MOST_REASON = 2_000
"""Characters."""
MOST_POINTS = 1e6


def override(
    session: Session,
    assignment_id: str,
    learner_id: UUID,
    score: float | None,
    reason: str,
    staff_id: UUID,
) -> None:
    """Give a learner a grade; without a score, the reckoned one counts again.

    Raises:
        RefusedError: if the score is no number of points, or no reason is given.
        UnknownError: if there is no such assignment or learner.
    """
    if score is not None and not (math.isfinite(score) and 0 <= score <= MOST_POINTS):
        raise RefusedError(f"a grade is a number of points from 0 to {MOST_POINTS:.0f}")
    if not reason.strip() or len(reason) > MOST_REASON:
        raise RefusedError(f"a reason is needed, of {MOST_REASON} characters at most")
    if session.get(Assignment, assignment_id) is None:
        raise UnknownError("there is no such assignment")
    if session.get(Learner, learner_id) is None:
        raise UnknownError("there is no such learner")
    why = visible(reason.strip(), limit=4 * MOST_REASON, multiline=True)
    session.add(
        Override(assignment_id=assignment_id, learner_id=learner_id, staff_id=staff_id, score=score, reason=why)
    )
    detail = "undone" if score is None else f"{score:.10g}"
    told: dict[str, webhooks.Datum] = {"assignment": assignment_id, "learner": learner_id, "score": score}
    webhooks.announce(session, webhooks.Kind.OVERRIDDEN, told)
    audit.note(session, f"staff:{staff_id}", "override", audit.of_grade(assignment_id, learner_id), detail)
    session.flush()
