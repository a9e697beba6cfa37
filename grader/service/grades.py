"""Grades: what a learner has in the end, of all that was handed in.

    outcomes ─ readable ones, if there are any ─ best or last ─ late penalty ─ override, if there is one ─▶ score

A failure of ours never lowers a grade, and what waits changes nothing until it is graded.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.render.gradebook import columns, head, table
from grader.row import Column
from grader.service.people import members, named
from grader.service.policy import Rules, rules
from grader.service.results import WAITING, Outcome, outcomes, rows_of
from grader.service.tables import AssignmentVersion, State
from grader.service.tables import Override as OverrideRow
from grader.visible import visible

Standing: TypeAlias = Literal["nothing", "waiting", "graded", "rejected", "grader_error"]


@dataclass(frozen=True)
class Override:
    """A grade that one of the staff gave."""

    score: float
    reason: str
    staff_id: UUID | None
    created_at: datetime


@dataclass(frozen=True)
class Grade:
    """What a learner has in an assignment; of the submission that counts, if there is one."""

    learner_id: UUID
    assignment_id: str
    score: float | None
    """None if there is none, or none yet."""
    max_score: float
    reached: float | None
    """Before the penalty for being late."""
    late_days: int
    submission_id: UUID | None
    attempt: int | None
    """The number of its attempt."""
    attempt_id: int | None
    handed_at: datetime | None
    status: Standing
    """`nothing` was handed in; it is still `waiting`; or what became of it."""
    override: Override | None
    used: int
    """Times that the learner has handed in; what could not be read does not count."""
    left: int | None
    """Times that are left; None if there is no limit."""


def grade(session: Session, assignment_id: str, learner_id: UUID) -> Grade:
    """The grade of one learner."""
    handed_in = outcomes(session, assignment_id, learner_id)
    return _Reckoner(session, assignment_id, learner_id).grade(learner_id, handed_in)


def grades(session: Session, assignment_id: str, class_id: str | None = None) -> list[Grade]:
    """The grades of everybody in a class, or else of everybody who handed in or was given a grade."""
    reckoner = _Reckoner(session, assignment_id)
    handed_in: defaultdict[UUID, list[Outcome]] = defaultdict(list)
    for one in outcomes(session, assignment_id):
        handed_in[one.learner_id].append(one)
    learners = {*handed_in, *reckoner.overrides} if class_id is None else set(members(session, class_id))
    return [reckoner.grade(learner, handed_in.get(learner, [])) for learner in sorted(learners)]


def counting(handed_in: Iterable[Outcome], rules: Rules) -> Outcome | None:
    """The submission that counts, of one learner's in their order; one without a result, only where none has one."""
    everything = list(handed_in)
    graded = [one for one in everything if one.state is State.GRADED and one.score is not None]
    able = [one for one in graded if one.status != "rejected"] or graded or everything
    if not able:
        return None
    # Of equals the first: it is no worse, and no later.
    return able[-1] if rules.counts == "last" or not graded else max(able, key=lambda one: _points(one, rules))


def _points(one: Outcome, rules: Rules) -> float:
    return rules.penalised(one.score or 0.0, one.handed_at)


def gradebook(session: Session, assignment_id: str, class_id: str | None = None) -> bytes:
    """The grades as gradebook.csv of the command line has them; learners by login, or by id where that is unknown."""
    everybody = grades(session, assignment_id, class_id)
    persons = named(session, [one.learner_id for one in everybody])
    rows = rows_of(session, [one.attempt_id for one in everybody if one.attempt_id is not None])
    asked = columns(list(rows.values()))

    def cells(one: Grade) -> list[str]:
        person, row = persons.get(one.learner_id), rows.get(one.attempt_id or 0)
        verdicts = dict(zip(map(_gradient, row.columns), row.verdicts, strict=True)) if row else {}
        return [
            (person and person.login) or str(one.learner_id),
            visible((person and person.name) or ""),
            "" if one.score is None else f"{one.score:.10g}",
            f"{one.max_score:.10g}",
            one.status,
            "yes" if one.late_days else "",
            *(verdicts.get(_gradient(column), "") for column in asked),
            " ".join(row.mistakes) if row else "",
        ]

    return table(head(asked), sorted(map(cells, everybody)))


def _gradient(column: Column) -> tuple[str, str, str]:
    """What a gradient is known by in every version of an assignment."""
    return column.problem, column.function, column.wrt


class _Reckoner:
    """What is the same for all learners of an assignment."""

    def __init__(self, session: Session, assignment_id: str, learner_id: UUID | None = None) -> None:
        self._assignment = assignment_id
        self._rules = rules(session, assignment_id)
        newest = select(AssignmentVersion.max_score).where(AssignmentVersion.assignment_id == assignment_id)
        self._max_score = session.scalar(newest.order_by(AssignmentVersion.number.desc()).limit(1)) or 0.0
        self.overrides = _overrides(session, assignment_id, learner_id)

    def grade(self, learner_id: UUID, handed_in: Sequence[Outcome]) -> Grade:
        counts = counting(handed_in, self._rules)
        override = self.overrides.get(learner_id)
        reached = counts.score if counts is not None and counts.state is State.GRADED else None
        reckoned = None if reached is None or counts is None else self._rules.penalised(reached, counts.handed_at)
        used = sum(one.uses_one_up for one in handed_in)
        limit = self._rules.attempts
        return Grade(
            learner_id=learner_id,
            assignment_id=self._assignment,
            score=reckoned if override is None else override.score,
            max_score=self._max_score if counts is None or counts.max_score is None else counts.max_score,
            reached=reached,
            late_days=0 if counts is None else self._rules.late_days(counts.handed_at),
            submission_id=None if counts is None else counts.submission_id,
            attempt=None if counts is None else counts.attempt,
            attempt_id=None if counts is None else counts.attempt_id,
            handed_at=None if counts is None else counts.handed_at,
            status=_standing(counts),
            override=override,
            used=used,
            left=None if limit is None else max(0, limit - used),
        )


def _standing(counts: Outcome | None) -> Standing:
    if counts is None or counts.state is State.CANCELLED:
        return "nothing"
    if counts.state in WAITING:
        return "waiting"
    if counts.state is State.FAILED:
        return "grader_error"
    return "rejected" if counts.status == "rejected" else "graded"


def _overrides(session: Session, assignment_id: str, learner_id: UUID | None) -> dict[UUID, Override]:
    """The newest of each learner, or of one; one without a score undoes those before it."""
    found: dict[UUID, Override] = {}
    rows = select(OverrideRow).where(OverrideRow.assignment_id == assignment_id).order_by(OverrideRow.id)
    if learner_id is not None:
        rows = rows.where(OverrideRow.learner_id == learner_id)
    for row in session.scalars(rows):
        if row.score is None:
            found.pop(row.learner_id, None)
        else:
            found[row.learner_id] = Override(row.score, row.reason, row.staff_id, row.created_at)
    return found
