"""One box from start to end: its frames in their order, its clocks, and in one word what it died of.

    ready ─▶ imported ─▶ step ─▶ step ─▶ ...        each within its own wall and CPU time

A step's clocks start when the frame before it arrived. A box that says anything but the frame that is due, or
ends before it, has crashed; one that a signal from outside ended is named so, since that is worth a second try.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from grader.sandbox import frames
from grader.sandbox.child import Child, Ended, MachineryError, Printed, Said, Transcript, now
from grader.sandbox.job import Answer, CallLimits, Crashed, Forbidden, TimedOut

FAULTS = frozenset(
    getattr(signal, name, -1)
    for name in ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL", "SIGABRT", "SIGSYS", "SIGXCPU", "SIGTRAP", "SIGPIPE")
)
"""Signals that a process brings on itself; any other came from outside."""

READY_SECONDS = 60.0
GRACE_SECONDS = 5.0
SHORTEST_LOOK = 0.005
PROCESSORS = os.cpu_count() or 1


@dataclass(frozen=True)
class Due:
    """A frame that must come, and the time it may take."""

    expected: frames.Expected
    limits: CallLimits


@dataclass
class Ending:
    """How a box ended: `answer` is what became of the step that was due, None if all were done."""

    answer: Answer | None = None
    done: int = 0
    from_outside: bool = False
    cpu_seconds: float = 0.0
    peak_memory_mb: float = 0.0


@dataclass
class Watch:
    """Drives one child through what is due."""

    child: Child
    due: Sequence[Due]
    deadline: float
    """When the submission's time is over."""
    transcript: Transcript
    on_frame: Callable[[int, frames.Frame, float], bool]
    """Takes the frame of a step and its seconds; false ends the watch, as after a rejection."""

    _reader: frames.FrameReader = field(default_factory=frames.FrameReader)
    _killed: Answer | None = None
    _place: int = 0
    _started: float = 0.0
    _cpu_at_start: float = 0.0
    _over: bool = False

    def run(self) -> Ending:
        """Until the child is gone."""
        self._begin_step()
        while True:
            event = self.child.next(self._patience())
            if isinstance(event, Said):
                self._take(event.data)
            elif isinstance(event, Printed):
                self.transcript.add(event.data)
            elif isinstance(event, Ended):
                return self._ended(event)
            self._look_at_clocks()

    def _take(self, data: bytes) -> None:
        if self._killed is not None:
            return
        self._reader.feed(data)
        try:
            while self._place < len(self.due) and not self._over:
                frame = self._reader.take(self.due[self._place].expected)
                if frame is None:
                    return
                seconds = now() - self._started
                self._over = not self.on_frame(self._place, frame, seconds)
                self._place += 1
                self._begin_step()
            if self._over:
                self.child.kill()
            elif self._reader.leftover:
                raise frames.FrameError("something after the last answer")
        except frames.FrameError as error:
            self._place = min(self._place, len(self.due) - 1)
            self._kill(Crashed(f"the answer was not well-formed: {error}"))

    def _begin_step(self) -> None:
        self._started = now()
        self._cpu_at_start = self.child.cpu_seconds() or 0.0

    @property
    def _finished(self) -> bool:
        return self._place == len(self.due) or self._over

    def _limits(self) -> CallLimits:
        return CallLimits(GRACE_SECONDS, GRACE_SECONDS) if self._finished else self.due[self._place].limits

    def _patience(self) -> float:
        """How long nothing can happen that a clock would have to stop."""
        if self._killed is not None:
            return GRACE_SECONDS
        limits = self._limits()
        left = min(self._started + limits.wall_seconds, self.deadline) - now()
        # CPU time runs at most as many times as fast as there are processors.
        cpu = self.child.cpu_seconds()
        if cpu is not None:
            left = min(left, (limits.cpu_seconds - (cpu - self._cpu_at_start)) / PROCESSORS)
        return max(left, SHORTEST_LOOK)

    def _look_at_clocks(self) -> None:
        if self._killed is not None:
            return
        time, limits = now(), self._limits()
        if self._finished:
            if time - self._started > limits.wall_seconds:
                self._kill(Crashed("the process did not end"))
        elif time >= self.deadline:
            self._kill(TimedOut("submission_seconds"))
        elif time - self._started >= limits.wall_seconds:
            self._kill(TimedOut("wall_seconds"))
        elif (self.child.cpu_seconds() or 0.0) - self._cpu_at_start >= limits.cpu_seconds:
            self._kill(TimedOut("cpu_seconds"))

    def _kill(self, why: Answer) -> None:
        self._killed = why
        self.child.kill()

    def _ended(self, event: Ended) -> Ending:
        ending = Ending(None, self._place, False, event.cpu_seconds, event.peak_memory_mb)
        if self._killed is not None:
            if self._place == 0:
                raise MachineryError(f"the box was not ready in time: {self._killed}")
            ending.answer = self._killed
        elif not self._finished:
            if self._place == 0:
                words = self.transcript.text().decode("utf-8", "replace")
                raise MachineryError(f"the box ended (status {event.status}) before it was ready: {words}")
            ending.answer, ending.from_outside = self._cause(event.status)
        return ending

    @staticmethod
    def _cause(status: int) -> tuple[Answer, bool]:
        if status >= 0:
            return Crashed(f"the process ended (exit status {status}) without an answer"), False
        if -status == getattr(signal, "SIGSYS", None):
            return Forbidden("a system call that is not allowed"), False
        if -status == getattr(signal, "SIGXCPU", None):
            return TimedOut("cpu_seconds"), False
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return Crashed(name if name.startswith("signal") else f"signal {name}"), -status not in FAULTS
