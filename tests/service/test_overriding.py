"""A grade that the staff give is written down with who gave it and why, and told to those who want to know."""

import json
from uuid import UUID

import pytest
from sqlalchemy import select

from grader.service import audit
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.overriding import override
from grader.service.refusals import RefusedError, UnknownError
from grader.service.tables import Outbox
from grader.service.tables import Override as OverrideRow
from grader.service.webhooks import Kind, subscribe
from tests.service.handed import ASSIGNMENT, learner, staff


@pytest.fixture
def who(database: Database) -> UUID:
    """A learner, for whom there is an assignment."""
    publish(database, ASSIGNMENT, "a.yaml")
    return learner(database)


def test_override_is_kept_noted_and_told(database: Database, who: UUID) -> None:
    """Each word of the staff, also that which takes one back; reasons stay where grades are."""
    with database.writing() as session:
        teacher = staff(session)
        subscribe(session, "https://lms.example.org/hook", list(Kind))
        override(session, "a", who, 3.25, " ill ", teacher)
        override(session, "a", who, None, "not\0 ill", teacher)
    with database.reading() as session:
        kept = session.scalars(select(OverrideRow).order_by(OverrideRow.id)).all()
        assert [(one.score, one.reason, one.staff_id) for one in kept] == [
            (3.25, "ill", teacher),
            (None, "not\\x00 ill", teacher),
        ]
        noted = audit.entries(session, object=audit.of_grade("a", who))
        assert [(one.actor, one.action, one.detail) for one in noted] == [
            (f"staff:{teacher}", "override", said) for said in ("undone", "3.25")
        ]
        told = session.execute(select(Outbox.kind, Outbox.payload).order_by(Outbox.id)).all()
    assert [(kind, json.loads(payload)["data"]) for kind, payload in told] == [
        ("grade.overridden", {"assignment": "a", "learner": str(who), "score": score}) for score in (3.25, None)
    ]


@pytest.mark.parametrize(
    ("assignment", "score", "reason", "error", "message"),
    [
        ("a", -1.0, "r", RefusedError, "a grade is a number of points from 0 to 1000000"),
        ("a", float("nan"), "r", RefusedError, "a grade is a number of points from 0 to 1000000"),
        ("a", 1.0, " \n", RefusedError, "a reason is needed, of 2000 characters at most"),
        ("a", 1.0, "r" * 2001, RefusedError, "a reason is needed, of 2000 characters at most"),
        ("b", 1.0, "r", UnknownError, "there is no such assignment"),
        ("a", 1.0, "r", UnknownError, "there is no such learner"),
    ],
)
@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_override_without_sense_is_refused(
    database: Database, who: UUID, assignment: str, score: float, reason: str, error: type[Exception], message: str
) -> None:
    """And leaves no trace."""
    about = UUID(int=1) if "learner" in message else who
    with pytest.raises(error) as raised, database.writing() as session:
        override(session, assignment, about, score, reason, staff(session))
    assert str(raised.value) == message
    with database.reading() as session:
        assert [one.action for one in audit.entries(session)] == ["publish"]
