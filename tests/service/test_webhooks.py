"""What is announced is written with what happened, for those who want to know it, and for nobody else."""

import json
from contextlib import suppress
from uuid import UUID

import pytest
from sqlalchemy import select

from grader.service.database import Database
from grader.service.refusals import RefusedError
from grader.service.tables import Delivery, Outbox
from grader.service.webhooks import Kind, announce, check, subscribe


def test_announce_wanted_by_one_of_two_is_written_for_that_one(database: Database) -> None:
    """Each message once, however many want it."""
    who = UUID(int=7)
    with database.writing() as session:
        one, _ = subscribe(session, "https://lms.example/hook", [Kind.GRADED, Kind.OVERRIDDEN])
        subscribe(session, "https://other.example/hook", [Kind.FAILED])
        announce(session, "submission.graded", {"submission": who, "score": 1.5})
    with database.reading() as session:
        (outbox,) = session.scalars(select(Outbox))
        (delivery,) = session.scalars(select(Delivery))
    assert (delivery.webhook_id, delivery.tries, delivery.delivered_at) == (one, 0, None)
    assert json.loads(outbox.payload) == {
        "type": "submission.graded",
        "timestamp": outbox.created_at.isoformat(),
        "data": {"submission": str(who), "score": 1.5},
    }


def test_announce_transaction_that_fails_tells_nothing(database: Database) -> None:
    """What did not happen is not told."""
    with database.writing() as session:
        subscribe(session, "https://lms.example/hook", [Kind.GRADED])
    with suppress(KeyError), database.writing() as session:
        announce(session, Kind.GRADED, {})
        raise KeyError
    with database.reading() as session:
        assert session.scalars(select(Outbox)).all() == []


def test_announce_nobody_wants_it_nothing_is_written(database: Database) -> None:
    """A service without webhooks keeps no messages."""
    with database.writing() as session:
        announce(session, Kind.GRADED, {})
    with database.reading() as session:
        assert session.scalars(select(Outbox)).all() == []


def test_announce_unknown_kind_is_our_mistake(database: Database) -> None:
    """Nobody could ever have asked for it."""
    with pytest.raises(ValueError, match=r"'submission\.lost' is not a valid Kind"), database.writing() as session:
        announce(session, "submission.lost", {})


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://lms.example/hook", "messages are sent by https only"),
        ("ftp://lms.example/hook", "messages are sent by https only"),
        ("https://", "that is no address; expected https://host/path"),
        ("hook", "that is no address; expected https://host/path"),
        ("https://lms.example:99999/", "that is no address; expected https://host/path"),
        ("https://lms.example/" + "x" * 2000, "that is no address; expected https://host/path"),
        (
            "https://me:secret@lms.example/hook",
            "the address has a password in it, which everybody who may list addresses would see",
        ),
    ],
)
def test_check_address_that_nothing_is_sent_to_is_refused(url: str, why: str) -> None:
    """Before anybody waits for messages that never come."""
    with pytest.raises(RefusedError) as error:
        check(url)
    assert str(error.value) == why


def test_subscribe_kind_that_is_never_told_is_refused(database: Database) -> None:
    """A slip would else be silence."""
    with database.writing() as session, pytest.raises(RefusedError) as error:
        subscribe(session, "https://lms.example/hook", ["submission.grade"])
    there = "submission.graded, submission.failed, grade.overridden"
    assert str(error.value) == f"nothing of the kind 'submission.grade' is ever told; there are {there}"
