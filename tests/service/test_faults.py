"""Whatever breaks: after recovery each submission has exactly one result, and none is a grader error for that."""

import logging
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta, tzinfo

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from grader.service import tables
from grader.service.database import Database
from grader.service.handing_in import File, hand_in
from grader.service.queue import Queue
from grader.service.tables import Attempt, State, Submission
from tests.service.benches import QuickBench
from tests.service.handed import assert_each_has_one_result, handed_in, learner, states
from tests.service.replica import replica, until, working


def all_graded(database: Database, count: int) -> Callable[[], bool]:
    """Whether nothing waits or runs any more."""
    return lambda: states(database) == {State.GRADED: count}


# ----- killed -----


@pytest.mark.slow
def test_worker_killed_with_a_hundred_queued_loses_nothing(database: Database, url: str) -> None:
    """What it held is graded by the next one, which was not there before; what it had finished is not graded again."""
    submissions = handed_in(database, 100)
    with replica(url, 0.05) as process:
        until(lambda: states(database)[State.GRADED] >= 10)
        process.kill()
    before = states(database)
    assert before[State.RUNNING] > 0
    bench = QuickBench()
    with working(Queue(database), bench):
        until(all_graded(database, 100))
    assert len(bench.graded) == 100 - before[State.GRADED]
    assert_each_has_one_result(database, submissions)


@pytest.mark.slow
def test_one_of_two_replicas_killed_loses_nothing(database: Database, url: str) -> None:
    """The other one sees that it is silent, and does its work."""
    submissions = handed_in(database, 100)
    with replica(url, 0.02), replica(url, 0.05) as victim:
        until(lambda: states(database)[State.GRADED] >= 10)
        victim.kill()
        until(all_graded(database, 100))
    assert_each_has_one_result(database, submissions)


# ----- the connection -----


def cut(database: Database) -> None:
    """End all connections but ours to this database, as an administrator or a failing network does."""
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'"
    with database.reading() as session:
        session.execute(text(others))


@pytest.mark.slow
def test_lost_connections_lose_nothing(database: Database, url: str) -> None:
    """Whatever was being said when the connection went is said again on another one."""
    if database.is_sqlite:
        pytest.skip("a file has no connection that could be lost; a locked one has a test of its own")
    submissions = handed_in(database, 100)
    victim = Database(f"{url}&application_name=victim")
    bench = QuickBench(0.01)
    with working(Queue(victim), bench):
        while not all_graded(database, 100)():
            cut(database)
            time.sleep(0.03)
    victim.close()
    assert_each_has_one_result(database, submissions)
    assert [claim.fence for claim in bench.graded] == [1] * 100


def test_locked_file_loses_nothing(database: Database, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the file for longer than anybody waits is waited for nevertheless."""
    if not database.is_sqlite:
        pytest.skip("a server is not locked as a whole")
    submissions = handed_in(database, 30)
    monkeypatch.setattr("grader.service.database.BUSY_SECONDS", 0.05)
    impatient = Database(url)
    with working(Queue(impatient), QuickBench(0.01)):
        until(lambda: states(database)[State.GRADED] >= 5)
        with database.writing():
            time.sleep(1.0)
        until(all_graded(database, 30))
    impatient.close()
    assert_each_has_one_result(database, submissions)


# ----- the clock -----


def test_clock_that_jumps_does_no_harm(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hours forth and back, and differently for everybody: nothing is taken from anybody, and nothing waits longer."""
    jumps = iter(range(1_000_000))

    class Jumping(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(hours=(-1) ** next(jumps) * 30)

    monkeypatch.setattr(tables, "datetime", Jumping)
    submissions = handed_in(database, 60)
    benches = [QuickBench(0.02), QuickBench(0.02)]
    with ExitStack() as stack:
        for bench in benches:
            stack.enter_context(working(Queue(database), bench))
        until(all_graded(database, 60))
    assert [claim.fence for bench in benches for claim in bench.graded] == [1] * 60
    assert_each_has_one_result(database, submissions)


# ----- the disk -----


@contextmanager
def full_disk(database: Database) -> Iterator[Callable[[], None]]:
    """No room for anything more, until what is given is called."""
    if not database.is_sqlite:
        yield from _full_server(database)
        return
    with database.reading() as session:
        pages = session.scalar(text("PRAGMA page_count"))
    most = [pages]

    def limit(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {most[0]}")

    event.listen(database.engine, "checkout", limit)
    yield lambda: most.__setitem__(0, 1 << 30)
    event.remove(database.engine, "checkout", limit)


def _full_server(database: Database) -> Iterator[Callable[[], None]]:
    """PostgreSQL says so by an error that it can be made to raise."""
    with database.changing() as connection:
        connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' "
                "USING ERRCODE = 'disk_full'; END $$"
            )
        )
        for table in ("attempts", "handed_files", "workers"):
            connection.execute(
                text(f"CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION full_disk()")
            )

    def room() -> None:
        with database.changing() as connection:
            connection.execute(text("DROP FUNCTION full_disk CASCADE"))

    yield room


@pytest.mark.slow
def test_full_disk_while_grading_loses_nothing(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """Results are kept in hand until there is room for them; nothing is graded twice for that."""
    submissions = handed_in(database, 40)
    bench = QuickBench(0.01)
    caplog.set_level(logging.WARNING)
    with working(Queue(database), bench):
        until(lambda: states(database)[State.GRADED] >= 5)
        with full_disk(database) as room:
            until(lambda: "database or disk is full" in caplog.text or "No space left" in caplog.text)
            time.sleep(2.0)
            room()
            until(all_graded(database, 40))
    assert_each_has_one_result(database, submissions)


def test_full_disk_while_handing_in_takes_nothing(database: Database) -> None:
    """Who hands in is told so, and nothing is left of it; with the same key it is taken when there is room."""
    handed_in(database, 1)
    who = learner(database)
    work = [File("s.py", b"x" * 1_000_000)]
    with full_disk(database) as room:
        with pytest.raises(OperationalError):
            hand_in(database, "a", who, work, "k")
        with database.reading() as session:
            assert len(session.scalars(select(Submission.id)).all()) == 1
            assert len(session.scalars(select(Attempt.id)).all()) == 1
        room()
        assert hand_in(database, "a", who, work, "k").new
