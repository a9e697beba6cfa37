"""What a learner handed in, before and after it is read."""

from dataclasses import dataclass
from typing import TypeAlias

from grader.errors import SubmissionError
from grader.sandbox.job import Source

Warnings: TypeAlias = tuple[tuple[str, str], ...]
"""Codes and sentences of what costs no point."""


@dataclass(frozen=True)
class HandedFile:
    """A file as it was handed in; `path` has `/` between its parts, and begins with the learner's folder if any."""

    path: str
    data: bytes


@dataclass(frozen=True)
class HandedIn:
    """A learner's files under the name they were handed in with; `error` says why there are none."""

    name: str
    files: tuple[HandedFile, ...]
    error: SubmissionError | None = None


@dataclass(frozen=True)
class Submission:
    """A learner's work, ready for the sandbox, or the reason why it cannot be.

    `learner` is safe as a file name and unique among those collected together; `files` are the names as handed in,
    with control characters visible. `sha256` is that of the bytes.
    """

    learner: str
    files: tuple[str, ...]
    source: Source | SubmissionError
    sha256: str
    warnings: Warnings = ()
