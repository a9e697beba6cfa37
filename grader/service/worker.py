"""The worker: claims attempts a few at a time, has them graded, and writes down what comes of it.

    claim ─▶ grade, one assignment after the other ─▶ complete, or fault ─▶ claim …
    beat ─▶ watch the others ─▶ beat …                                         meanwhile, in a thread of its own

While the database cannot be reached it waits and tries again, with the results that it has in its hands; if it is
given up by others meanwhile, it comes back under another name, and what is still wanted of its results is taken. When
it stops it finishes what it can in time, and gives back the rest.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Literal, Protocol, TypeAlias, TypeVar
from uuid import UUID

from grader.errors import SandboxError
from grader.service import presence
from grader.service.database import Unavailable
from grader.service.presence import GoneError, Watch
from grader.service.queue import Claim, Queue, Result, Work

T = TypeVar("T")
Outcome: TypeAlias = Literal["done", "idle", "trouble"]

BEATS = 5
"""In the time of a lease."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 5.0
"""Seconds until the same is tried again."""
REPORTED = "the grader failed, as the report says"

log = logging.getLogger(__name__)


class Bench(Protocol):
    """Whatever grades."""

    def grade(self, version_id: int, works: Iterable[Work]) -> Iterator[tuple[Claim, Result]]: ...


class StoppedError(Exception):
    """The worker was stopped while it waited for the database."""


class Worker:
    """One who works off the queue, in the thread that calls `run`."""

    def __init__(
        self, queue: Queue, bench: Bench, *, batch: int = 16, lease_seconds: float = 30.0, idle_seconds: float = 0.25
    ) -> None:
        self._queue = queue
        self._bench = bench
        self._batch = batch
        self._lease = lease_seconds
        self._idle = idle_seconds
        self._stopping = threading.Event()
        self._finished = threading.Event()
        self._held: dict[int, Claim] = {}
        self._id: UUID | None = None

    def run(self) -> None:
        """Work until `stop`."""
        pulse = threading.Thread(target=self._beat, name="beat", daemon=True)
        try:
            self._id = self._patiently(lambda: presence.come(self._queue.database))
            pulse.start()
            trouble = 0
            while not self._stopping.is_set():
                try:
                    outcome = self._round()
                except StoppedError:
                    raise
                except Exception:
                    # A mistake of ours; what was claimed is given back when we claim again.
                    log.exception("the worker stumbled")
                    outcome = "trouble"
                trouble = trouble + 1 if outcome == "trouble" else 0
                if outcome != "done":
                    self._stopping.wait(min(self._idle * 2**trouble, LONGEST_PAUSE))
        except StoppedError:
            pass
        finally:
            self._finished.set()
            if pulse.is_alive():
                pulse.join(self._lease / BEATS)
            self._retire()

    def stop(self, patience: float = 20.0) -> None:
        """End the work: what is finished in time is recorded, and others get the rest."""
        self._stopping.set()
        if not self._finished.wait(patience):
            self._retire()

    # ----- the work -----

    def _round(self) -> Outcome:
        """Claim and grade a few."""
        try:
            claims = self._patiently(lambda: self._queue.claim(self._me(), self._batch))
        except GoneError:
            self._come_again()
            return "done"
        if not claims:
            return "idle"
        self._held = {claim.attempt_id: claim for claim in claims}
        claims.sort(key=attrgetter("version_id"))
        done = [
            self._graded(version_id, list(group))
            for version_id, group in groupby(claims, attrgetter("version_id"))
            if not self._stopping.is_set()
        ]
        self._give_back()
        return "done" if all(done) else "trouble"

    def _graded(self, version_id: int, claims: list[Claim]) -> bool:
        """Grade attempts of one version; False if there was any trouble."""
        works = (self._patiently(partial(self._queue.work, claim)) for claim in claims)
        well = True
        try:
            for claim, result in self._bench.grade(version_id, works):
                if result.status == "grader_error":
                    well = False
                    self._record(claim, partial(self._queue.fault, claim, REPORTED, result))
                else:
                    self._record(claim, partial(self._queue.complete, claim, result))
                if self._stopping.is_set():
                    break
        except StoppedError:
            raise
        except (SandboxError, OSError) as error:
            # It is this machine that cannot; another one may, and it costs the attempts nothing.
            log.error("nothing can be graded here: %s", error)
            return False
        except Exception as error:
            log.exception("version %d cannot be graded", version_id)
            why = f"{type(error).__name__}: {error}"
            for claim in claims:
                if claim.attempt_id in self._held:
                    self._record(claim, partial(self._queue.fault, claim, why))
            return False
        return well

    def _record(self, claim: Claim, write: Callable[[], bool]) -> None:
        if not self._patiently(write):
            log.info("attempt %d is another's by now", claim.attempt_id)
        self._held.pop(claim.attempt_id, None)

    def _give_back(self) -> None:
        held = list(self._held.values())
        if held:
            self._patiently(lambda: self._queue.give_back(held))
            self._held.clear()

    def _retire(self) -> None:
        """Give back what is left and go, if the database is there; if it is not, others will see that we are silent."""
        try:
            if self._held:
                self._queue.give_back(list(self._held.values()))
            if self._id is not None:
                with self._queue.database.writing() as session:
                    presence.leave(session, self._id)
        except Unavailable as error:
            log.warning("the database is not there to take leave of: %s", _cause(error))

    def _patiently(self, do: Callable[[], T]) -> T:
        """Do something with the database, as often as it takes until it is there."""
        pause = FIRST_PAUSE
        while True:
            try:
                return do()
            except Unavailable as error:
                log.warning("the database is not available: %s", _cause(error))
            if self._stopping.wait(pause):
                raise StoppedError
            pause = min(2 * pause, LONGEST_PAUSE)

    # ----- being alive -----

    def _me(self) -> UUID:
        assert self._id is not None, "a worker comes before it claims"
        return self._id

    def _come_again(self) -> None:
        log.warning("worker %s was given up by others; it comes back under another name", self._id)
        self._id = self._patiently(lambda: presence.come(self._queue.database))

    def _beat(self) -> None:
        """In a thread of its own: be seen, and see whether the others are."""
        watch = Watch(self._lease)
        database = self._queue.database
        while not self._finished.wait(self._lease / BEATS):
            try:
                with database.writing() as session:
                    presence.beat(session, self._me())
                for worker, beat in watch.silent(database):
                    if self._queue.give_up(worker, beat):
                        log.warning("worker %s is silent; its attempts are queued again", worker)
            except GoneError:
                pass  # found out where something is claimed
            except Unavailable as error:
                log.warning("no sign of life could be given: %s", _cause(error))
            except Exception:
                log.exception("no sign of life could be given")


def _cause(error: BaseException) -> str:
    """What the database itself says, without the statement and its values, which may be a learner's."""
    return str(getattr(error, "orig", None) or type(error).__name__).strip()
