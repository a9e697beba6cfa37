"""What is known of submissions, in the order that they were handed in, whatever the clock said."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.results import current, outcomes, rows_of
from grader.service.tables import State
from tests.example_reports import MASKLESS, REJECTED, RIGHT
from tests.service.graded import submitted
from tests.service.handed import ASSIGNMENT, learner

EARLY, LATE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)


def test_outcomes_stand_in_the_order_of_handing_in(database: Database) -> None:
    """Each by the attempt that counts; a regrade does not move its submission."""
    publish(database, ASSIGNMENT, "a.yaml")
    publish(database, ASSIGNMENT, "b.yaml")
    ann, bob = learner(database), learner(database)
    with database.writing() as session:
        submitted(session, ann, RIGHT, assignment="b")
        first = submitted(session, ann, State.FAILED, State.QUEUED, at=LATE)
        second = submitted(session, bob, MASKLESS, at=EARLY)
        third = submitted(session, ann, RIGHT, MASKLESS, State.FAILED, at=EARLY)
        found = outcomes(session, "a")
        assert [(one.submission_id, one.attempt, one.state, one.score) for one in found] == [
            (first, 2, State.QUEUED, None),
            (second, 1, State.GRADED, 0.0),
            (third, 2, State.GRADED, 0.0),
        ]
        assert outcomes(session, "a", ann) == [found[0], found[2]]
        for one in found[1:]:
            attempt = current(session, one.submission_id)
            assert attempt is not None
            assert (attempt.id, attempt.number) == (one.attempt_id, one.attempt)
        rows = rows_of(session, [one.attempt_id for one in found])
    assert {attempt: row.mistakes for attempt, row in rows.items()} == {
        found[1].attempt_id: ("missing_mask",),
        found[2].attempt_id: ("missing_mask",),
    }


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        ([State.QUEUED], True),
        ([State.RUNNING], True),
        ([RIGHT], True),
        ([RIGHT, State.FAILED], True),
        ([REJECTED], False),
        ([REJECTED, State.QUEUED], False),
        ([State.FAILED], False),
        ([State.FAILED, State.QUEUED], True),
        ([State.CANCELLED], False),
        ([RIGHT, REJECTED], False),
    ],
)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_outcome_uses_one_up_only_if_it_could_be_read(database: Database, made: list[State], counts: bool) -> None:
    """What waits is believed to be readable until it is known."""
    publish(database, ASSIGNMENT, "a.yaml")
    who = learner(database)
    with database.writing() as session:
        submitted(session, who, *made)
        assert [one.uses_one_up for one in outcomes(session, "a")] == [counts]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_outcomes_of_a_learner_are_found_at_once(database: Database) -> None:
    """However many others have handed in: it is asked for at every hand-in."""
    asked: list[tuple[str, Any]] = []
    event.listen(database.engine, "before_cursor_execute", lambda *call: asked.append(call[2:4]))
    with database.reading() as session:
        outcomes(session, "a", uuid4())
        statement, values = next(one for one in asked if one[0].startswith("SELECT"))
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    assert plan[0][3] == "SEARCH submissions USING INDEX ix_submissions_of (assignment_id=? AND learner_id=?)"
