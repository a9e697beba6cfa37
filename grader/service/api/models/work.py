"""Bodies about submissions, their attempts, and what a regrade changed."""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import ConfigDict, Field

from grader.assignment import Id
from grader.language import Language
from grader.service.api.models.base import Body
from grader.service.tables import State
from grader.verdict import Status, Verdict

FILE_NAME = r"^[^/\\\x00-\x1f\x7f]+$"
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


class TextFile(Body):
    """A file whose content is text."""

    text: str

    def data(self) -> bytes:
        """Its bytes."""
        return self.text.encode()


class Base64File(Body):
    """A file of any bytes."""

    base64: Annotated[str, Field(pattern=BASE64, json_schema_extra={"contentEncoding": "base64"})]

    def data(self) -> bytes:
        """Its bytes."""
        return b64decode(self.base64)


FileName: TypeAlias = Annotated[str, Field(min_length=1, max_length=240, pattern=FILE_NAME)]


class SubmissionFields(Body):
    """What is said of work that is handed in; `learner` is for the staff, who hand in for others."""

    assignment: Id
    learner: UUID | None = None
    language: Language | None = None


class NewSubmission(SubmissionFields):
    """Work that is handed in, with its files by their names."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"assignment": "relu_frobenius", "files": {"main.py": {"text": "def grad_W(X, W, Y): ...\n"}}}]
        }
    )

    files: dict[FileName, TextFile | Base64File] = Field(min_length=1)


class Receipt(Body):
    """What was taken."""

    id: UUID
    state: State


class Result(Body):
    """What came of the attempt that counts."""

    attempt: int
    status: Literal["graded", "rejected", "grader_error"]
    score: float | None
    max_score: float | None


class Submission(Body):
    """What was handed in; `state` is that of the newest attempt, and `result` that of the one that counts."""

    id: UUID
    assignment: Id
    learner: UUID
    created_at: datetime
    state: State
    attempts: int
    result: Result | None


class HandedFile(Body):
    """A file of a submission."""

    position: int
    name: str
    size: int


class Attempt(Body):
    """One grading of a submission; `fault`, and the parts of a second of when it began and ended, are for the staff."""

    number: int
    version: int
    state: State
    status: str | None
    score: float | None
    max_score: float | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    fault: str | None


class Regraded(Body):
    """The attempt that a regrade is."""

    id: UUID
    attempt: int
    state: State


class RegradedAll(Body):
    """How many submissions of an assignment are graded once more."""

    id: Id
    count: int


class ChangedGradient(Body):
    """A gradient that came out otherwise; null where it was not asked for."""

    label: str
    old_verdict: Verdict | None
    new_verdict: Verdict | None
    old_score: float | None
    new_score: float | None
    old_mistakes: list[str]
    new_mistakes: list[str]


class Difference(Body):
    """What an attempt changed against the newest graded one before it."""

    old_score: float | None
    new_score: float | None
    old_max_score: float
    new_max_score: float
    old_status: Status
    new_status: Status
    gradients: list[ChangedGradient]
    same_assignment: bool = Field(description="Whether both were graded on the same text of the assignment.")
