"""Long lists in parts: each part says where the next one begins, in words that only we understand.

    keys of the last row ─ JSON, base64 ─▶ cursor ─ ?cursor= ─▶ rows after it

Rows that come or go between two parts move nothing: what follows is found by its keys, and not by its number.
"""

import base64
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import quote, urlencode
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Row, Select, TypeDecorator, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from grader.service.api.models import Listing
from grader.service.problems import Problem

Item = TypeVar("Item", bound=BaseModel)
Statement: TypeAlias = "Select[*tuple[Any, ...]]"
Found: TypeAlias = "Sequence[Row[*tuple[Any, ...]]]"

MOST_ITEMS = 200
MOST_CURSOR = 1000
MOST_INTEGER = 2**63


@dataclass(frozen=True)
class Part:
    """Which part of a list is asked for."""

    request: Request
    response: Response
    limit: int
    cursor: str | None

    def rows(
        self,
        session: Session,
        statement: Statement,
        *keys: "InstrumentedAttribute[Any]",
        newest_first: bool = False,
    ) -> "Rows":
        """The rows of this part, in the order of keys that no two rows have alike; the keys come last in each.

        Raises:
            Problem: 404, if the cursor is none of ours.
        """
        wanted: Statement = statement.add_columns(*keys).limit(self.limit + 1)
        wanted = wanted.order_by(*(key.desc() if newest_first else key for key in keys))
        if self.cursor is not None:
            last = tuple_(
                *(literal(value, key.type) for key, value in zip(keys, _values(self.cursor, keys), strict=True))
            )
            here: ColumnElement[Any] = tuple_(*keys)
            wanted = wanted.where(here < last if newest_first else here > last)
        found = session.execute(wanted).all()
        more = len(found) > self.limit
        found = found[: self.limit]
        return Rows(found, _cursor(found[-1][-len(keys) :]) if more else None)

    def listing(self, items: Sequence[Item], rows: "Rows") -> Listing[Item]:
        """What is answered, and where the next part is, in a header too."""
        if rows.next is not None:
            query = urlencode({**self.request.query_params, "cursor": rows.next})
            self.response.headers["Link"] = f'<{quote(self.request.url.path)}?{query}>; rel="next"'
        return Listing[Item](items=list(items), next=rows.next)

    def among(self, items: Iterable[Item], key: Callable[[Item], str]) -> Listing[Item]:
        """This part of a list that is all there, in the order of a key that no two items have alike.

        Raises:
            Problem: 404, if the cursor is none of ours.
        """
        last = "" if self.cursor is None else _texts(self.cursor, 1)[0]
        left = sorted((item for item in items if key(item) > last), key=key)
        found = left[: self.limit]
        return self.listing(found, Rows([], _cursor([key(found[-1])]) if len(left) > len(found) else None))


@dataclass(frozen=True)
class Rows:
    """A part of what was found, and the cursor of the part after it."""

    found: Found
    next: str | None


def part(
    request: Request,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=MOST_ITEMS, description="Items of a part.")] = 50,
    cursor: Annotated[
        str | None, Query(max_length=MOST_CURSOR, description="`next` of the part before; nothing else is one.")
    ] = None,
) -> Part:
    """A dependency: which part is asked for."""
    return Part(request, response, limit, cursor)


Asked = Annotated[Part, Depends(part)]


def _cursor(keys: Sequence[Any]) -> str:
    texts = [key.isoformat() if isinstance(key, datetime) else str(key) for key in keys]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def _texts(cursor: str, count: int) -> list[str]:
    try:
        data = base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        texts = json.loads(data)
    except (ValueError, RecursionError):
        raise _foreign() from None
    if not isinstance(texts, list) or len(texts) != count or not all(isinstance(one, str) for one in texts):
        raise _foreign()
    return texts


def _values(cursor: str, keys: Sequence["InstrumentedAttribute[Any]"]) -> list[Any]:
    try:
        return [_value(text, _kind(key)) for text, key in zip(_texts(cursor, len(keys)), keys, strict=True)]
    except (ValueError, OverflowError):
        raise _foreign() from None


def _foreign() -> Problem:
    return Problem(404, "this cursor leads nowhere; take `next` of the part before", code="urn:gradient-grader:no-part")


def _kind(key: "InstrumentedAttribute[Any]") -> type:
    """What values of a key are; a type of our own has the values of the one that it is made of."""
    return key.type.impl_instance.python_type if isinstance(key.type, TypeDecorator) else key.type.python_type


def _value(text: str, kind: type) -> Any:
    """A key as the database takes it."""
    if kind is datetime:
        return datetime.fromisoformat(text).astimezone(UTC)
    if kind is UUID:
        return UUID(text)
    if kind is int:
        number = int(text)
        if not -MOST_INTEGER <= number < MOST_INTEGER:
            raise ValueError
        return number
    text.encode()
    if "\0" in text:
        raise ValueError
    return text
