"""Proving an assignment before learners see it, as `grader validate` does, in a process of its own.

    text ─ validated ─▶ a process, killed when its time is over ─▶ Proof: score and findings

It computes for seconds and draws inputs of any size that the text asks for, so it is never done where requests are
answered. The process is there only for the while that one text takes.
"""

import json
import threading
from collections.abc import Mapping
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from grader.crew import processes
from grader.language import Language, chosen, speaking
from grader.service.assignments import NOTHING, read

LONGEST_SECONDS = 120.0
_SMALLER = "take smaller sizes in `dims` and `shapes`, or fewer cases"

_one_at_a_time = threading.Lock()
"""It takes a core, which those who hand in wait for too."""
_at_work: list[ExitStack] = []
"""What ends the process there is."""

Verdict: TypeAlias = Literal["ok", "warning", "failure"]


@dataclass(frozen=True)
class Finding:
    """What one check says of one problem."""

    problem: str
    check: str
    verdict: Verdict
    message: str
    change: str | None = None
    """What the author should do about it."""


@dataclass(frozen=True)
class Proof:
    """What was found of one assignment."""

    assignment: str
    complete: bool
    """Whether all was looked at; not if it took too long, or ended the process."""
    proven: bool
    score: float | None
    """The share of the known mistakes that the cases reject."""
    findings: tuple[Finding, ...]
    language: Language = Language.en
    """Of their sentences; they are kept as they were said."""

    def dump(self) -> bytes:
        """As JSON, to be kept."""
        return json.dumps(asdict(self), ensure_ascii=False).encode()

    @classmethod
    def load(cls, data: bytes) -> "Proof":
        """What `dump` kept."""
        kept = json.loads(data)
        findings = tuple(Finding(**finding) for finding in kept["findings"])
        return cls(**{**kept, "findings": findings, "language": Language(kept["language"])})


def validated(
    text: bytes,
    name: str,
    provided: Mapping[str, bytes] = NOTHING,
    *,
    language: Language | None = None,
    seconds: float = LONGEST_SECONDS,
) -> Proof:
    """Look at an assignment; takes seconds, in which this thread waits.

    Args:
        provided: the modules that stand beside it.
        language: of the findings; the assignment's, if it is not said.

    Raises:
        AssignmentError: if it is no sensible assignment.
    """
    read(text, name, provided)  # what is quickly refused needs no process
    if not _one_at_a_time.acquire(timeout=seconds):
        return _broken(name, "others were being looked at for too long", "publish it again later")
    try:
        with ExitStack() as stack:
            crew = stack.enter_context(processes(1))
            _at_work.append(stack)
            return crew.executor.submit(_validated, text, name, dict(provided), language).result(seconds)
    except TimeoutError:
        return _broken(name, f"it was not done within {seconds:.0f} seconds, so not all was looked at", _SMALLER)
    except (BrokenProcessPool, CancelledError):
        return _broken(name, "the process that looked at it died, perhaps since it takes too much memory", _SMALLER)
    finally:
        _at_work.clear()
        _one_at_a_time.release()


def stop() -> None:
    """End what is being looked at, for the end of the service: Python would wait for it."""
    for stack in list(_at_work):
        stack.close()


def _broken(name: str, message: str, change: str) -> Proof:
    finding = Finding(Path(name).stem, "time", "warning", message, change)
    return Proof(Path(name).stem, complete=False, proven=False, score=None, findings=(finding,))


# ----- in the process -----


def _validated(text: bytes, name: str, provided: Mapping[str, bytes], language: Language | None) -> Proof:
    from grader.validation import validate

    with suppress(OSError):  # where memory runs out, it is this process that goes
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    loaded = read(text, name, provided)
    said_in = chosen(language, loaded.title, {})
    with speaking(said_in):
        found = validate(loaded)
    findings = tuple(Finding(**asdict(finding)) for finding in found.findings)
    return Proof(found.assignment, True, found.proven, found.score, findings, said_in)
