"""Bodies about what happened, and who is told of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from grader.service.api.models.base import LINE, Body
from grader.service.webhooks import Kind


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
