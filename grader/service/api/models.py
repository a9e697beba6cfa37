"""The bodies of the API: what is sent, and what is answered; times are RFC 3339, in UTC.

Text that is sent has no character that acts instead of being shown. What is answered leaves nothing out: what is not
known is null.
"""

from base64 import b64decode
from datetime import datetime
from typing import Annotated, Generic, Literal, Self, TypeAlias, TypeVar
from uuid import UUID

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from grader.assignment import Id
from grader.language import Language
from grader.service.access import Scope
from grader.service.policy import Counts, Rules, Shown
from grader.service.tables import State
from grader.service.webhooks import Kind
from grader.verdict import Status, Verdict

T = TypeVar("T")

MOST_NUMBER = 2**31 - 1
MOST_POINTS = 1_000_000
MOST_DAYS = 366

LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
PARAGRAPH = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"
FILE_NAME = r"^[^/\\\x00-\x1f\x7f]+$"
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"


def _number(value: object) -> object:
    """What JSON calls a number: 7.0 is one, and whole; "7" and true are none."""
    if isinstance(value, bool | str):
        raise ValueError("input should be a number")
    return value


Numeric = BeforeValidator(_number)
Days: TypeAlias = Annotated[int, Field(ge=1, le=MOST_DAYS), Numeric]
Hours: TypeAlias = Annotated[int, Field(ge=1, le=24 * 31), Numeric]
Attempts: TypeAlias = Annotated[int, Field(ge=1, le=1000), Numeric]
Percent: TypeAlias = Annotated[float, Field(ge=0, le=100), Numeric]
Points: TypeAlias = Annotated[float, Field(ge=0, le=MOST_POINTS), Numeric]
Line: TypeAlias = Annotated[str, Field(min_length=1, max_length=500, pattern=LINE)]
Reason: TypeAlias = Annotated[str, Field(min_length=1, max_length=2000, pattern=PARAGRAPH)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
"""An Idempotency-Key."""
Login: TypeAlias = Annotated[str, Field(min_length=1, max_length=255, pattern=LINE)]
ClassName: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE)]
ClassId: TypeAlias = Annotated[str, Path(min_length=1, max_length=200, pattern=LINE)]
AssignmentId: TypeAlias = Annotated[Id, Path(examples=["relu_frobenius"])]
Number: TypeAlias = Annotated[int, Path(ge=1, le=MOST_NUMBER)]
Position: TypeAlias = Annotated[int, Path(ge=0, le=MOST_NUMBER)]


class Body(BaseModel):
    """Frozen; a field that is not known is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Listing(Body, Generic[T]):
    """A part of a list; `next` is the cursor of the part after it, also to be had as Link rel="next"."""

    items: list[T]
    next: str | None


# ----- assignments -----


class Assignment(Body):
    """An assignment in its newest version; `open` says whether learners know of it by now."""

    id: Id
    title: dict[str, str] = Field(description="By language code.")
    version: int
    sha256: str
    max_score: float
    open: bool
    created_at: datetime


class Version(Body):
    """The text of an assignment as it was published once."""

    number: int
    sha256: str
    max_score: float
    created_at: datetime


class Finding(Body):
    """Something that `grader validate` says of an assignment."""

    problem: str
    check: str
    verdict: Literal["ok", "warning", "failure"]
    message: str
    change: str | None


class Published(Body):
    """What became of a text that was sent, and what `grader validate` says of it."""

    id: Id
    version: int
    proven: bool | None = Field(description="Null if it was not looked at.")
    findings: list[Finding]


class Policy(Body):
    """When work is taken, what of it counts, and what is shown; a time that is null never comes."""

    opens_at: AwareDatetime | None = None
    due_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    late_percent: Percent = Field(default=0.0, description="Of the points reached, for each day begun after due_at.")
    attempts: Attempts | None = None
    counts: Counts = "best"
    shown_before: list[Shown] = [Shown.hidden_count, Shown.diagnosis]
    shown_after: list[Shown] = list(Shown)

    @classmethod
    def of(cls, rules: Rules) -> "Policy":
        """As it is answered."""
        return cls(
            opens_at=rules.opens_at,
            due_at=rules.due_at,
            closes_at=rules.closes_at,
            late_percent=rules.late_percent,
            attempts=rules.attempts,
            counts=rules.counts,
            shown_before=sorted(rules.shown_before),
            shown_after=sorted(rules.shown_after),
        )

    def rules(self) -> Rules:
        """As it is kept."""
        return Rules(
            opens_at=self.opens_at,
            due_at=self.due_at,
            closes_at=self.closes_at,
            late_percent=self.late_percent,
            attempts=self.attempts,
            counts=self.counts,
            shown_before=frozenset(self.shown_before),
            shown_after=frozenset(self.shown_after),
        )


# ----- work -----


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
    """One grading of a submission; `fault` is for the staff only."""

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


# ----- people -----


class NewLearner(Body):
    """Somebody who hands in; nothing need be known."""

    login: Login | None = None
    name: Line | None = None
    mail: Line | None = None


class Learner(Body):
    """Somebody who hands in, and what is known of who it is."""

    id: UUID
    login: str | None
    name: str | None
    mail: str | None
    created_at: datetime


class NewClass(Body):
    """Learners who are taught together."""

    id: Id
    title: Line


class Class(Body):
    """Learners who are taught together; GET /v1/learners?class=… lists them."""

    id: str
    title: str
    learners: int
    created_at: datetime


class Enrolled(Body):
    """What became of a roster: who came in, was named otherwise, or is as before; who is `missing` on it stays."""

    added: list[UUID]
    changed: list[UUID]
    unchanged: list[UUID]
    missing: list[UUID]


class NewStaff(Body):
    """Somebody who teaches."""

    name: Line


class Staff(Body):
    """Somebody who teaches."""

    id: UUID
    name: str
    created_at: datetime


class NewLink(Body):
    """For how long a link signs in, if nobody has used it before."""

    hours: Hours = 72


class Link(Body):
    """An address that signs somebody in, once; it is shown this one time."""

    url: str
    expires_at: datetime


class Me(Body):
    """Whose token this is, and what it is good for."""

    learner: UUID | None
    staff: UUID | None
    name: str | None
    token: UUID
    scopes: list[Scope]


def _once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


class NewToken(Body):
    """A token of one's own, or of a learner or one of the staff; never good for more than one's own, nor for longer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"label": "laptop", "scopes": ["read"], "days": 30}],
            "not": {"required": ["learner", "staff"]},
        }
    )

    label: Annotated[str, Field(max_length=200, pattern=LINE)] = ""
    scopes: Annotated[list[Scope], Field(min_length=1), AfterValidator(_once)]
    days: Days | None = Field(default=None, description="Until it runs out; null is never.")
    learner: UUID | None = None
    staff: UUID | None = None

    @model_validator(mode="after")
    def _one_owner(self) -> Self:
        if {"learner", "staff"} <= self.model_fields_set:
            raise ValueError("a token is a learner's, or one of the staff's")
        return self


class Token(Body):
    """A token, of which only the hash is kept."""

    id: UUID
    label: str
    scopes: list[Scope]
    learner: UUID | None
    staff: UUID | None
    created_at: datetime
    expires_at: datetime | None


class IssuedToken(Token):
    """A new token; its secret is shown this one time."""

    secret: str


# ----- grades -----


class NewOverride(Body):
    """A grade in place of the reckoned one, and why."""

    score: Points
    reason: Reason


class Override(Body):
    """A grade that one of the staff gave."""

    score: float
    reason: str
    staff: UUID | None
    created_at: datetime


class Grade(Body):
    """What a learner has in an assignment; `reached` is before the late penalty, `left` null without a limit."""

    learner: UUID
    assignment: Id
    score: float | None
    max_score: float
    reached: float | None
    late_days: int
    submission: UUID | None
    attempt: int | None
    status: Literal["nothing", "waiting", "graded", "rejected", "grader_error"]
    override: Override | None
    used: int
    left: int | None


# ----- what happened -----


class NewWebhook(Body):
    """An address that is to be told of what happens, by https."""

    url: Annotated[str, Field(min_length=9, max_length=2000, pattern=LINE)]
    kinds: Annotated[list[Kind], Field(min_length=1)]


class Webhook(Body):
    """An address that is told of what happens."""

    id: UUID
    url: str
    kinds: list[Kind]
    created_at: datetime


class IssuedWebhook(Webhook):
    """A new one; the secret that its messages are signed with is shown this one time."""

    secret: str


class Delivery(Body):
    """A message on its way; `next_at` is null once it has arrived or was given up."""

    id: UUID
    kind: Kind
    created_at: datetime
    tries: int
    next_at: datetime | None
    delivered_at: datetime | None
    fault: str | None


class AuditEntry(Body):
    """Who saw or changed what."""

    id: int
    at: datetime
    actor: str
    action: str
    object: str
    detail: str | None
