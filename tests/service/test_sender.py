"""What is announced arrives at least once, signed; who does not take it is asked again for days, and nobody waits."""

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta, tzinfo
from threading import Thread
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from standardwebhooks import Webhook as Verifier

from grader.service import sender, tables
from grader.service.database import Database
from grader.service.sender import BACKOFF, FARTHEST, JITTER, Sender, given_up, pending
from grader.service.tables import Delivery, Outbox, now
from grader.service.webhooks import Kind, announce, subscribe
from tests.service.receiver import Answer, answering, dripping, flooding, receiving


def announced(database: Database, url: str, count: int = 1) -> str:
    """So many messages for a new address; returns its secret."""
    with database.writing() as session:
        _, secret = subscribe(session, url, [Kind.GRADED], to_private=True)
        for number in range(count):
            announce(session, Kind.GRADED, {"submission": UUID(int=number), "score": 1.0})
    return secret


def the(database: Database) -> Delivery:
    """The only delivery there is."""
    with database.reading() as session:
        return session.scalars(select(Delivery)).one()


def due_now(database: Database) -> None:
    """As if the time of the next try had come."""
    with database.writing() as session:
        session.execute(update(Delivery).where(Delivery.next_at.is_not(None)).values(next_at=now()))


def test_round_address_that_answers_has_it_signed(database: Database) -> None:
    """The receiver's library finds it genuine; what was delivered is not sent again."""
    with receiving(answering(204)) as receiver:
        secret = announced(database, receiver.url)
        assert [Sender(database, to_private=True).round() for _ in range(2)] == [1, 0]
    ((headers, body),) = receiver.heard
    message = Verifier(secret).verify(body, headers)
    assert (message["type"], message["data"]) == ("submission.graded", {"submission": str(UUID(int=0)), "score": 1.0})
    assert headers["Host"] == receiver.url.split("/")[2]
    assert headers["Content-Type"] == "application/json"
    delivery = the(database)
    assert delivery.delivered_at is not None
    assert (delivery.next_at, delivery.tries, delivery.fault) == (None, 1, None)
    with database.reading() as session:
        assert (pending(session), given_up(session)) == (0, 0)


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (answering(500), "the answer was 500"),
        (answering(302, Location="http://127.0.0.1:1/"), "the answer was 302"),
        (dripping, "it took longer than 0.3 seconds"),
    ],
)
def test_round_address_that_fails_is_tried_later(
    database: Database, answer: Answer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the same id, so that it can tell; redirects are not followed, nor slow drops waited for."""
    monkeypatch.setattr(sender, "WHOLE_SECONDS", 0.3)
    with receiving(answer) as receiver:
        announced(database, receiver.url)
        assert Sender(database, to_private=True).round() == 1
        delivery = the(database)
        assert (delivery.tries, delivery.delivered_at, delivery.fault) == (1, None, fault)
        assert delivery.next_at is not None
        wait = delivery.next_at - now()
        assert BACKOFF[0] * (1 - JITTER) - timedelta(seconds=2) < wait < BACKOFF[0] * (1 + JITTER)
        due_now(database)
        assert Sender(database, to_private=True).round() == 1
    assert len(set(receiver.ids())) == 1
    assert len(receiver.ids()) == 2


def test_round_answer_that_never_ends_is_not_read(database: Database) -> None:
    """The status is all we ask for."""
    with receiving(flooding) as receiver:
        announced(database, receiver.url)
        begun = time.monotonic()
        assert Sender(database, to_private=True).round() == 1
        assert time.monotonic() - begun < 2
    assert the(database).delivered_at is not None


def test_round_private_address_is_never_asked(database: Database) -> None:
    """Although somebody made it wanted while that was allowed, or its name has another address by now."""
    with receiving(answering(200)) as receiver:
        announced(database, receiver.url.replace("http:", "https:"))
        assert Sender(database).round() == 1
    assert receiver.heard == []
    assert the(database).fault == "the host is not on the public network"


def test_round_nobody_there_says_so(database: Database) -> None:
    """A fault that an operator can do something with."""
    with receiving(answering(200)) as receiver:
        url = receiver.url
    announced(database, url)
    Sender(database, to_private=True).round()
    assert the(database).fault == "ConnectError: All connection attempts failed"


@pytest.mark.slow
@pytest.mark.parametrize(("status", "tries"), [(503, len(BACKOFF) + 1), (410, 1)])
def test_round_address_that_never_takes_it_is_given_up(database: Database, status: int, tries: int) -> None:
    """After three days, or at once if it says that it is gone; that can be seen."""
    with receiving(answering(status)) as receiver:
        announced(database, receiver.url)
        rounds = 0
        while Sender(database, to_private=True).round():
            rounds += 1
            due_now(database)
    assert (rounds, len(receiver.heard)) == (tries, tries)
    delivery = the(database)
    assert (delivery.next_at, delivery.delivered_at, delivery.fault) == (None, None, f"the answer was {status}")
    with database.reading() as session:
        assert (pending(session), given_up(session)) == (0, 1)


def test_backoff_goes_on_for_three_days() -> None:
    """A weekend without anybody who could mend the receiver."""
    assert timedelta(days=3) < sum(BACKOFF, timedelta()) < timedelta(days=4)


@pytest.mark.slow
def test_round_two_senders_at_once_each_is_sent_once(database: Database) -> None:
    """What one has claimed the other skips."""
    with receiving(answering(200)) as receiver, ExitStack() as stack:
        announced(database, receiver.url, count=40)
        senders = [Sender(database, to_private=True, idle_seconds=0.01) for _ in range(2)]
        for one in senders:
            thread = Thread(target=one.run, daemon=True)
            thread.start()
            stack.callback(thread.join, 10)
            stack.callback(one.stop)
        until_delivered(database, 40)
    assert len(receiver.heard) == len(set(receiver.ids())) == 40


def until_delivered(database: Database, count: int) -> None:
    """Wait until so many have arrived."""
    end = time.monotonic() + 60
    while True:
        with database.reading() as session:
            if session.scalar(select(func.count(Delivery.delivered_at))) == count:
                return
        assert time.monotonic() < end, "waited for too long"
        time.sleep(0.02)


def test_round_sender_that_died_is_followed_by_another(database: Database) -> None:
    """After the lease, and not before; should the first one come back, it is not listened to any more."""
    with receiving(answering(200)) as receiver:
        announced(database, receiver.url)
        first = Sender(database, to_private=True)
        held = first._claim()
        assert Sender(database, to_private=True).round() == 0
        due_now(database)
        assert Sender(database, to_private=True).round() == 1
        first._record([sender.Outcome(held[0], "late and wrong")])
    assert the(database).fault is None
    assert the(database).delivered_at is not None


def test_round_clock_that_jumped_waits_for_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A try that was set while the clock was years ahead is not waited for."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + 3 * FARTHEST

    with receiving(answering(500)) as receiver:
        with monkeypatch.context() as patch:
            patch.setattr(tables, "datetime", Ahead)
            announced(database, receiver.url)
            assert Sender(database, to_private=True).round() == 1
        assert Sender(database, to_private=True).round() == 1


def test_round_address_that_fails_makes_nobody_wait(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its first handful, the rest of it waits a moment, and all others have their turn."""
    monkeypatch.setattr(sender, "WHOLE_SECONDS", 0.2)
    with receiving(dripping) as slow, receiving(answering(200)) as quick:
        announced(database, slow.url, count=30)
        announced(database, quick.url, count=1)
        one = Sender(database, to_private=True)
        # The last message is wanted by both.
        assert [one.round() for _ in range(3)] == [8, 1, 0]
    assert len(quick.heard) == 1


def test_sweep_what_was_told_long_ago_is_thrown_away(database: Database) -> None:
    """What is still on its way is not, however old it is."""
    with receiving(answering(200)) as receiver:
        announced(database, receiver.url, count=2)
        with database.writing() as session:
            session.execute(update(Outbox).values(created_at=now() - timedelta(days=31)))
            first = session.scalars(select(Delivery.id).order_by(Delivery.outbox_id)).first()
            session.execute(update(Delivery).where(Delivery.id == first).values(next_at=None))
        Sender(database)._sweep()
    with database.reading() as session:
        (left,) = session.scalars(select(Outbox))
        assert json.loads(left.payload)["data"]["submission"] == str(UUID(int=1))
        assert session.scalars(select(Delivery.outbox_id)).all() == [left.id]


@pytest.mark.parametrize("broken", ["_claim", "_record"])
def test_run_mistake_of_ours_is_no_end(database: Database, broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is logged, and tried again."""
    monkeypatch.setattr(sender, "LONGEST_PAUSE", 0.01)
    monkeypatch.setattr(sender, "LEASE", timedelta())
    right: Callable[..., object] = getattr(Sender, broken)
    troubles = iter([KeyError("a mistake")])

    def once(self: Sender, *args: object) -> object:
        if (trouble := next(troubles, None)) is not None:
            raise trouble
        return right(self, *args)

    monkeypatch.setattr(Sender, broken, once)
    with receiving(answering(200)) as receiver:
        announced(database, receiver.url)
        one = Sender(database, to_private=True, idle_seconds=0.01)
        thread = Thread(target=one.run, daemon=True)
        thread.start()
        until_delivered(database, 1)
        one.stop()
        thread.join(10)
    assert not thread.is_alive()
