"""Runs student code where it can do no harm, and brings back arrays: never a verdict.

Theory of operation
-------------------

    ours (trusted)                     keeper ── doorkeeper ── zygote ─fork─▶ box
    knows answers, never runs          stays     enters the    warmed once,   one for the calls of one
    student code                       outside   namespaces    knows nothing  submission; locked for good

    ours ─ control socket: descriptors of a box ───────────────▶ zygote         (passed on, never read)
    ours ─ sealed memory files: arrays and calls; source ───────────────────▶ box
    ours ◀─ pipe: frames ──────────────────────────────────────────────────── box   (hostile: `frames` checks each)
    ours ◀─ pipe: what was printed, head and tail of 64 KiB ────────────────── box
    ours ─ pidfd: SIGKILL when a clock runs out ────────────────────────────▶ box

- *Ours* (`supervisor`, `course`, `watch`) holds no answer to the calls it asks for either: whoever compares does that
  later, with arrays that are checked against the slots asked for and are never anything but arrays.
- The *keeper* ends when its parent does, and everything below it with it.
- The *zygote* has a tiny environment, one thread and a known set of descriptors, and checks the last two before
  every fork. It never reads a job: what it had read, the next box could find in its memory.
- A *nursery* takes the zygote's place while submissions follow one another for the same arrays and calls: it has read
  these, which each of its boxes may see, and ends when others are asked for.
- A *box* gives up all rights before it compiles the student's source (`jail`), then imports and calls (`harness`).
  It shares its memory with student code, so all that it says is a claim.

A fault of the student is an `Answer` in an `Outcome`; one of ours is tried again and then `Run.broken`, or a
`SandboxError` where there is no sandbox at all. `open_sandbox` gives the best that the machine has; its `isolation`
says what that is, and what is missing. Whether that will do is for the caller to say.
"""

import sys
from collections.abc import Iterable
from types import TracebackType
from typing import Literal, Protocol

from grader.sandbox.isolation import Isolation, Level
from grader.sandbox.job import Framework, Plan, Run, Source
from grader.sandbox.plain import PlainSandbox
from grader.sandbox.recorded import RecordedSandbox
from grader.sandbox.syscalls import supported


class Sandbox(Protocol):
    """Whatever runs submissions."""

    def run(self, source: Source, plan: Plan) -> Run: ...


class OpenSandbox(Sandbox, Protocol):
    """A sandbox that holds processes, and must be closed."""

    @property
    def isolation(self) -> Isolation: ...

    def close(self) -> None: ...

    def __enter__(self) -> "OpenSandbox": ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_sandbox(
    framework: Framework,
    *,
    isolation: Literal["auto", "none"] = "auto",
    without: Iterable[str] = (),
) -> OpenSandbox:
    """The best sandbox that this machine can make; returns at once, and is waited for on first use.

    `without` leaves out layers that there are (`namespaces`, `landlock`, `seccomp`, `machine_gate`), to see what
    holds without them; without `nursery` no process comes and goes but the boxes.
    """
    if isolation == "none":
        return PlainSandbox(framework)
    if not supported():
        return PlainSandbox(framework, missing=(f"everything: no sandbox for {sys.platform} yet",))
    from grader.sandbox.supervisor import ZygoteSandbox  # not importable where there is no Linux

    return ZygoteSandbox(framework, without=without)


__all__ = [
    "Isolation",
    "Level",
    "OpenSandbox",
    "PlainSandbox",
    "RecordedSandbox",
    "Sandbox",
    "open_sandbox",
]
