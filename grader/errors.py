"""The error tree: whose fault a failure is decides its branch, and the branch decides the exit code.

GraderError
├── AuthorError             the teacher's: a file, an option, an archive that is wrong       exit 2
│   ├── AssignmentError     a place in an assignment file
│   └── ObjectiveError      a place in the text of an objective
├── SubmissionError         the student's: what cannot be read becomes a `rejected` report
└── SandboxError            ours: the machinery could not do its work                        exit 3

What a student's *function* does wrong is no exception at all: it is an `Answer` (`grader.sandbox.job`).
"""

from dataclasses import dataclass
from typing import Literal

ReasonCode = Literal[
    "syntax_error",
    "import_error",
    "not_text",
    "too_large",
    "empty",
    "timed_out",
    "out_of_memory",
    "crashed",
    "archive",
]
"""Why a whole submission was rejected."""


class GraderError(Exception):
    """Base of every error that this program raises on purpose; its text is meant for people."""


class AuthorError(GraderError):
    """Something the teacher wrote or asked for is wrong; nothing was graded."""


@dataclass
class AssignmentError(AuthorError):
    """A place in an assignment file is wrong: which file, which line, which key, what was expected.

    `problem` is the sentence; `line` is 1-based; `key` is the path, as in `cases[1].dims.N`.
    """

    problem: str
    file: str | None = None
    line: int | None = None
    key: str | None = None
    excerpt: str | None = None
    """The line of the file, or the line as it should be, shown below the sentence."""

    def __str__(self) -> str:
        place = self.file or "assignment"
        if self.line is not None:
            place += f":{self.line}"
        head = f"{place}: at {self.key}: {self.problem}" if self.key else f"{place}: {self.problem}"
        return f"{head}\n{self.excerpt}" if self.excerpt else head


@dataclass
class ObjectiveError(AuthorError):
    """A place in an objective is wrong; shows its line with the place marked.

    `start` and `end` are offsets into `text`, which may have several lines.
    """

    problem: str
    text: str
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.problem}\n{self.marked()}"

    def marked(self) -> str:
        """The line that holds the place, and a line of carets under it."""
        begin = self.text.rfind("\n", 0, self.start) + 1
        stop = self.text.find("\n", self.start)
        line = self.text[begin : len(self.text) if stop < 0 else stop]
        width = max(1, min(self.end, begin + len(line)) - self.start)
        return f"    {line}\n    {' ' * (self.start - begin)}{'^' * width}"


@dataclass
class SubmissionError(GraderError):
    """A student's submission as a whole cannot be graded; becomes the `reason` of a rejected report."""

    code: ReasonCode
    message: str
    line: int | None = None

    def __str__(self) -> str:
        return self.message


class SandboxError(GraderError):
    """The sandbox could not be made, or broke, through no fault of the student; nobody loses a point for it."""
