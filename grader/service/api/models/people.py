"""Bodies about learners, classes, the staff, and the tokens that they hold."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from grader.assignment import Id
from grader.service.access import Scope
from grader.service.api.models.base import LINE, Body, Days, Hours, Line, Login


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
