"""Answers that need not be sent twice: a tag says which body it is, and who has that one gets 304."""

import hashlib
import json
from typing import Annotated, TypeAlias

from fastapi import Header, Request, Response
from pydantic import BaseModel

HEADERS = {"Cache-Control": "private, no-cache"}
"""It may be kept by whoever asked, who asks every time whether it is still so."""

IfNoneMatch: TypeAlias = Annotated[str | None, Header(alias="If-None-Match", description="ETags that the asker has.")]
"""A parameter that says so in the document."""


def tagged(
    request: Request,
    body: BaseModel | bytes,
    headers: dict[str, str] | None = None,
    media_type: str = "application/json",
) -> Response:
    """A body with its tag, or nothing but the tag if the asker has it."""
    data = body if isinstance(body, bytes) else json.dumps(body.model_dump(mode="json"), ensure_ascii=False).encode()
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    headers = {**HEADERS, **(headers or {}), "ETag": tag}
    if _has(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(data, headers=headers, media_type=media_type)


def _has(request: Request, tag: str) -> bool:
    known = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    return tag in known or known == ["*"]
