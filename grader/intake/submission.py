"""What a learner handed in, before and after it is read."""

from dataclasses import dataclass
from typing import TypeAlias

from grader.errors import SubmissionError
from grader.language import Language
from grader.sandbox.job import Source

Warnings: TypeAlias = tuple[tuple[str, str], ...]
"""Codes and sentences of what costs no point."""


@dataclass(frozen=True)
class Lms:
    """What the source of a submission says of the learner, each thing as far as it is said there.

    `id` is what the LMS knows the learner by; `attempt` counts from 1; `time` is ISO 8601 where it could be read,
    else as it was written.
    """

    format: str
    id: str
    name: str | None = None
    mail: str | None = None
    group: str | None = None
    attempt: int | None = None
    late: bool | None = None
    time: str | None = None


@dataclass(frozen=True)
class HandedFile:
    """A file as it was handed in; `path` has `/` between its parts, and begins with the learner's folder if any.

    `original` is the name that the file has where it comes from, if that is another one.
    """

    path: str
    data: bytes
    original: str | None = None


@dataclass(frozen=True)
class HandedIn:
    """A learner's files under the name they were handed in with; `error` says why there are none.

    `left_out` says why others of the files could not be read. `members` are the others of a group: this work is theirs
    too.
    """

    name: str
    files: tuple[HandedFile, ...]
    error: SubmissionError | None = None
    left_out: tuple[SubmissionError, ...] = ()
    lms: Lms | None = None
    members: tuple[Lms, ...] = ()
    whole: str = ""
    """What all of it together is called where it comes from."""


@dataclass(frozen=True)
class Member:
    """Another learner of a group, who gets a report of his own on the same work."""

    learner: str
    lms: Lms


@dataclass(frozen=True)
class Submission:
    """A learner's work, ready for the sandbox, or the reason why it cannot be.

    `learner` is safe as a file name and unique among those collected together; `files` are the names as handed in,
    with control characters visible. `sha256` is that of the bytes. `members` share the work: it is graded once.
    """

    learner: str
    files: tuple[str, ...]
    source: Source | SubmissionError
    sha256: str
    warnings: Warnings = ()
    lms: Lms | None = None
    members: tuple[Member, ...] = ()
    language: Language | None = None
    """That its report is to be written in, if not in that of the batch."""
