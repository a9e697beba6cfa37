"""When it is worth asking again what became of something: soon, or later while many wait.

A thousand who ask every second would take the machine from what they wait for.
"""

import time

from sqlalchemy import func, select

from grader.service.database import Database
from grader.service.tables import Attempt, State

SOONEST, LATEST = 1, 15
"""Seconds."""
PER_SECOND = 25
"""So many are graded in a second, where little else is done."""
COUNTED_SECONDS = 1.0
"""That a count is believed."""


class Pace:
    """How long the queue is, looked at now and then."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted = float("-inf")
        self._seconds = SOONEST

    def seconds(self) -> int:
        """Until whoever waits for a report should ask again."""
        if time.monotonic() - self._counted > COUNTED_SECONDS:
            self._counted = time.monotonic()  # first, so that of many who ask at once one looks
            with self._database.reading() as session:
                waiting = session.scalar(select(func.count()).where(Attempt.state == State.QUEUED)) or 0
            self._seconds = min(LATEST, SOONEST + int(waiting / PER_SECOND))
        return self._seconds
