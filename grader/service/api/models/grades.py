"""Bodies about grades, reckoned and given."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from grader.assignment import Id
from grader.service.api.models.base import Body, Points, Reason


class NewOverride(Body):
    """A grade in place of the reckoned one, and why."""

    score: Points
    reason: Reason


class Override(Body):
    """A grade that one of the staff gave."""

    score: float
    reason: str
    staff: UUID | None
    created_at: datetime


class Grade(Body):
    """What a learner has in an assignment; `reached` is before the late penalty, `left` null without a limit."""

    learner: UUID
    assignment: Id
    score: float | None
    max_score: float
    reached: float | None
    late_days: int
    submission: UUID | None
    attempt: int | None
    status: Literal["nothing", "waiting", "graded", "rejected", "grader_error"]
    override: Override | None
    used: int
    left: int | None
