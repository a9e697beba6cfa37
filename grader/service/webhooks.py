"""What others want to be told: written down with what happened, so that both are there or neither; sent later.

    a transaction ─ announce ─▶ Outbox ─▶ a Delivery for each address that wants this kind ─ sender ─▶ the address

A message is JSON as in Standard Webhooks: `{"type": ..., "timestamp": ..., "data": {...}}`, with ids and numbers, never
names; it is signed with the secret of its address.
"""

import base64
import json
import secrets
from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

import httpx
from sqlalchemy import select
from sqlalchemy.orm import Session

from grader.service.refusals import RefusedError
from grader.service.tables import Delivery, Outbox, Webhook, now

SECRET_BYTES = 32
SECRET_MARK = "whsec_"
MOST_URL = 2000

Datum: TypeAlias = str | int | float | UUID | None


class Kind(StrEnum):
    """What is told."""

    GRADED = "submission.graded"
    FAILED = "submission.failed"
    OVERRIDDEN = "grade.overridden"


def announce(session: Session, kind: str, payload: Mapping[str, Datum]) -> None:
    """Tell those who want to know, as soon as this transaction is committed; nobody, if nobody does.

    Raises:
        ValueError: if there is no such kind.
    """
    told = Kind(kind).value
    # In a column of words: whoever is asked has few addresses, so all of them are looked at.
    wanting = [hook for hook, kinds in session.execute(select(Webhook.id, Webhook.kinds)) if told in kinds.split()]
    if not wanting:
        return
    at = now()
    message = {"type": told, "timestamp": at.isoformat(), "data": payload}
    text = json.dumps(message, default=str, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    deliveries = [Delivery(webhook_id=hook, next_at=at) for hook in wanting]
    session.add(Outbox(kind=told, payload=text.encode(), created_at=at, deliveries=deliveries))


def subscribe(session: Session, url: str, kinds: Collection[str], *, to_private: bool = False) -> tuple[UUID, str]:
    """Have an address told of some kinds from now on; returns its id, and the secret to check signatures with.

    Raises:
        RefusedError: if nothing would ever be sent to such an address, or there is no such kind.
    """
    check(url, to_private=to_private)
    for kind in kinds:
        if kind not in set(Kind):
            raise RefusedError(f"nothing of the kind {kind!r} is ever told; there are {', '.join(Kind)}")
    if not kinds:
        raise RefusedError(f"the kinds are missing; there are {', '.join(Kind)}")
    secret = secrets.token_bytes(SECRET_BYTES)
    webhook = Webhook(url=url, secret=secret, kinds=" ".join(sorted(set(kinds))))
    session.add(webhook)
    session.flush()
    return webhook.id, SECRET_MARK + base64.b64encode(secret).decode()


def check(url: str, *, to_private: bool = False) -> None:
    """Look at an address as far as that can be done without asking anybody.

    Raises:
        RefusedError: if it is no address that messages are sent to.
    """
    try:
        parsed = httpx.URL(url) if len(url) <= MOST_URL else None
    except (httpx.InvalidURL, UnicodeError):
        parsed = None
    if parsed is None or not parsed.host or not 0 < (parsed.port or 443) < 1 << 16:
        raise RefusedError("that is no address; expected https://host/path")
    if parsed.scheme != "https" and not (to_private and parsed.scheme == "http"):
        raise RefusedError("messages are sent by https only")
    if parsed.userinfo:
        raise RefusedError("the address has a password in it, which everybody who may list addresses would see")
