"""The processes below one, as /proc tells: what is left of a run that was killed, and what each still holds."""

import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.sandbox import syscalls

_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Process:
    """A process, told from a later one of the same number by when it started."""

    pid: int
    started: int
    parent: int
    state: str

    @property
    def command(self) -> str:
        with contextlib.suppress(OSError):
            return Path(f"/proc/{self.pid}/cmdline").read_text(errors="replace").replace("\0", " ").strip()
        return ""

    @property
    def descriptors(self) -> int:
        """How many are open; 0 once it is gone."""
        with contextlib.suppress(OSError):
            return len(os.listdir(f"/proc/{self.pid}/fd"))
        return 0


def below(pid: int) -> list[Process]:
    """Children, their children, and so on, the dead that nobody has waited for among them."""
    children: dict[int, list[Process]] = {}
    for process in _all():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    todo = [pid]
    while todo:
        next_ones = children.get(todo.pop(), [])
        found += next_ones
        todo += [process.pid for process in next_ones]
    return found


@contextlib.contextmanager
def heir() -> Iterator[None]:
    """Whoever loses its parent becomes a child of ours, and so is seen, meanwhile."""
    syscalls.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        syscalls.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def gone(before: set[int], patience: float = 10.0) -> float:
    """Seconds until no process is below ours but those of these numbers; the dead that we inherited are buried."""
    start = time.monotonic()
    while left := [process for process in below(os.getpid()) if process.pid not in before]:
        for process in left:
            if process.state == "Z" and process.parent == os.getpid():
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(process.pid, os.WNOHANG)
        waited = time.monotonic() - start
        assert waited < patience, [(process, process.command) for process in left]
        time.sleep(0.01)
    return time.monotonic() - start


def _all() -> Iterator[Process]:
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                facts = Path("/proc", name, "stat").read_text(errors="replace").rpartition(")")[2].split()
                yield Process(int(name), int(facts[19]), int(facts[1]), facts[0])
