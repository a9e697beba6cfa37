"""One box as the trusted side sees it: a process that is watched, fed nothing more, and killed in time.

The seam between *how* a box is started (a fork of the zygote, a plain process) and what is asked of it. Each kind
turns what happens into events; `watch` draws the conclusions.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from grader.sandbox.job import Box, Framework


@dataclass(frozen=True)
class Said:
    """Bytes for frames."""

    data: bytes


@dataclass(frozen=True)
class Printed:
    """Bytes that the student's code printed."""

    data: bytes


@dataclass(frozen=True)
class Ended:
    """The process is gone: exit status, or minus the signal that killed it; nothing follows."""

    status: int
    cpu_seconds: float
    peak_memory_mb: float


Event: TypeAlias = Said | Printed | Ended


class MachineryError(Exception):
    """Ours, and worth another try: the zygote is gone, a fork failed."""


class Child(Protocol):
    """A started box."""

    def next(self, timeout: float) -> Event | None:
        """What happened next; None after `timeout` seconds of nothing."""
        ...

    def kill(self) -> None:
        """Ends the process, which `next` then reports."""
        ...

    def cpu_seconds(self) -> float | None:
        """CPU time that it has used so far; None where the system does not say."""
        ...

    def close(self) -> None:
        """Lets go of everything; the process must not be alive any more."""
        ...


class Launcher(Protocol):
    """Starts boxes for one framework."""

    def launch(self, box: Box, packed_job: bytes, framework: Framework) -> Child: ...

    def restart(self) -> None:
        """Makes the machinery anew after a `MachineryError`."""
        ...


class Transcript:
    """What was printed: its head and its tail, a bounded number of bytes in all."""

    MOST = 64 << 10
    NOTE = b"\n[... %d bytes left out ...]\n"

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._length = 0

    def add(self, data: bytes) -> None:
        """Takes more of it; the middle is dropped."""
        self._length += len(data)
        room = self.MOST // 2 - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail += data
            if len(self._tail) > 2 * self.MOST:
                del self._tail[: -self.MOST]

    @property
    def truncated(self) -> bool:
        """Whether anything was dropped."""
        return self._length > self.MOST

    def text(self) -> bytes:
        """All of it or, with a note between them, its head and its tail."""
        if not self.truncated:
            return bytes(self._head + self._tail)
        note = self.NOTE % (self._length - self.MOST)
        tail = self._tail[-(self.MOST // 2 - len(note)) :]
        return bytes(self._head + note + tail)


def process_clock(pid: int) -> int:
    """The clock of a process's CPU time, in Linux's encoding."""
    return (~pid << 3) | 2


Clock = Callable[[], float]
now: Clock = time.monotonic
