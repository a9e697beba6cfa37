"""Silence is measured by each observer's own monotonic clock, and only while it looks."""

import pytest

from grader.service.database import Database
from grader.service.presence import GoneError, Watch, beat, bury, come, leave


class Clock:
    """Goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_silent_number_that_stands_still_for_a_lease_is_silence(database: Database) -> None:
    """One that rises is not, however late the observer came."""
    clock = Clock()
    watch = Watch(10.0, clock)
    alive, dead = come(database), come(database)
    found = []
    for _ in range(6):
        with database.writing() as session:
            beat(session, alive)
        found.append(watch.silent(database))
        clock.now += 2.5
    assert found == [[], [], [], [], [(dead, 0)], [(dead, 0)]]


def test_silent_observer_that_did_not_look_knows_nothing(database: Database) -> None:
    """What it missed while it slept, or could not reach the database, is nobody's silence."""
    clock = Clock()
    watch = Watch(10.0, clock)
    come(database)
    watch.silent(database)
    clock.now += 1e6
    assert watch.silent(database) == []


def test_bury_worker_that_was_heard_since_lives(database: Database) -> None:
    """Only the number that was seen to stand still counts; the buried cannot beat any more."""
    worker = come(database)
    with database.writing() as session:
        beat(session, worker)
    with database.writing() as session:
        assert not bury(session, worker, 0)
    with database.writing() as session:
        assert bury(session, worker, 1)
    with pytest.raises(GoneError), database.writing() as session:
        beat(session, worker)


def test_leave_worker_is_gone(database: Database) -> None:
    """Nobody waits for it to fall silent."""
    worker = come(database)
    with database.writing() as session:
        leave(session, worker)
    with pytest.raises(GoneError), database.writing() as session:
        beat(session, worker)
