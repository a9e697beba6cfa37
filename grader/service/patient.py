"""Uvicorn's HTTP, with an end to its patience: a request's head that comes in drops holds no connection for ever.

Of a body the application says how long it may take; of a head nobody else does, since nothing is called before it.
"""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_SECONDS = 20.0
"""Longer than a connection may be idle, so that nobody is cut off who is only between two requests."""


class PatientProtocol(H11Protocol):
    """One connection, which is looked at now and then: twice waiting for the same head is once too often."""

    _look_later: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]
        self._look_again(waits=True)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._look_later is not None:
            self._look_later.cancel()

    def _look_again(self, *, waits: bool) -> None:
        self._look_later = self.loop.call_later(HEAD_SECONDS, self._look, self.cycle if waits else self)

    def _look(self, before: object) -> None:
        """`before` is the request that was answered last, if a head was waited for then."""
        waits = self.conn.their_state is h11.IDLE
        if waits and before is self.cycle:
            self.transport.close()
        else:
            self._look_again(waits=waits)
