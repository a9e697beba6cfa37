"""Who is alive: a worker keeps a number rising, and whoever sees it stand still for too long says that it is gone.

    come ─▶ beat, beat, beat … ─▶ leave                   its attempts are given back before
                     └─ silent ─▶ gone, as others see it ─▶ its attempts are queued again

No time of day is compared anywhere, so clocks may jump, or differ between machines: each measures the silence of the
others with its own monotonic clock. Time in which it could not look itself is no silence of theirs.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from grader.service.database import Database
from grader.service.tables import Worker


class GoneError(Exception):
    """Others have said that this worker is gone; what it had claimed is not its own any more."""


def come(database: Database) -> UUID:
    """A new worker."""
    with database.writing() as session:
        worker = uuid4()
        session.add(Worker(id=worker))
    return worker


def beat(session: Session, worker: UUID) -> None:
    """Let others see that a worker is alive.

    Raises:
        GoneError: if they have given it up.
    """
    if not _changed(session, update(Worker).where(Worker.id == worker).values(beat=Worker.beat + 1)):
        raise GoneError


def leave(session: Session, worker: UUID) -> None:
    """Say that a worker is no more."""
    session.execute(delete(Worker).where(Worker.id == worker))


@dataclass
class _Seen:
    """The number of a worker, and for how long it has been that."""

    beat: int
    silent: float = 0.0


class Watch:
    """One observer's knowledge of all workers."""

    def __init__(self, lease_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease = lease_seconds
        self._clock = clock
        self._last = clock()
        self._seen: dict[UUID, _Seen] = {}

    def silent(self, database: Database) -> list[tuple[UUID, int]]:
        """The workers that have been silent for the length of a lease, each with the number it stopped at."""
        with database.reading() as session:
            beats = session.execute(select(Worker.id, Worker.beat)).all()
        now = self._clock()
        passed, self._last = now - self._last, now
        if passed > self._lease / 2:
            passed = 0.0
        before, self._seen = self._seen, {}
        for worker, number in beats:
            known = before.get(worker)
            still = known is not None and known.beat == number
            self._seen[worker] = _Seen(number, known.silent + passed if known and still else 0.0)
        return [(worker, seen.beat) for worker, seen in self._seen.items() if seen.silent >= self._lease]


class Alive:
    """How many workers are alive, for one who looks now and then only."""

    def __init__(self, lease_seconds: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lease = lease_seconds
        self._clock = clock
        self._seen: dict[UUID, tuple[int, float]] = {}

    def count(self, session: Session) -> int:
        """Of those there are, how many are new to us, or have been heard less than two leases ago."""
        now = self._clock()
        before, self._seen = self._seen, {}
        for worker, beat in session.execute(select(Worker.id, Worker.beat)):
            known = before.get(worker)
            self._seen[worker] = known if known is not None and known[0] == beat else (beat, now)
        return sum(now - heard < 2 * self._lease for _, heard in self._seen.values())


def bury(session: Session, worker: UUID, beat: int) -> bool:
    """Say that a worker is gone, unless it has been heard since; what it had claimed has no worker then."""
    return _changed(session, delete(Worker).where(Worker.id == worker, Worker.beat == beat))


def _changed(session: Session, statement: object) -> bool:
    result = session.execute(statement)  # type: ignore[call-overload]
    assert isinstance(result, CursorResult)
    return bool(result.rowcount)
