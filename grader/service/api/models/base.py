"""What all bodies are made of: text and numbers that are taken, and lists that are answered."""

import re
from datetime import datetime
from typing import Annotated, Generic, TypeAlias, TypeVar

from fastapi import Path
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from grader.assignment import Id

T = TypeVar("T")

MOST_NUMBER = 2**31 - 1
MOST_POINTS = 1_000_000
MOST_DAYS = 366

LINE = r"^[^\x00-\x1f\x7f-\x9f]*$"
PARAGRAPH = r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*$"


def _number(value: object) -> object:
    """What JSON calls a number: 7.0 is one, and whole; "7" and true are none."""
    if isinstance(value, bool | str):
        raise ValueError("input should be a number")
    return value


def _time(value: object) -> object:
    """What RFC 3339 calls a time; a number, or digits in a text, might be one by any clock."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _TIME.match(value)):
        raise ValueError("input should be a time, as 2026-11-30T23:59:00+01:00")
    return value


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]")
Time: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_time)]
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
