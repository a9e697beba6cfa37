"""Styles and scripts, under addresses that change with what is in them, so that a browser asks for each once.

/static/pages.css?v=5f0c… ─▶ for ever        /static/pages.css ─▶ asked for again, answered 304 if it is the same
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, HTTPException, Request, Response

from grader.render.html import templating

TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
FOR_EVER = "public, max-age=31536000, immutable"
SHARED = ("style.css", "learner.css")
"""Those of the pages that open from disk."""

router = APIRouter()


@dataclass(frozen=True)
class File:
    """What a browser gets, and what it is known by."""

    data: bytes
    type: str
    fingerprint: str


@cache
def found() -> dict[str, File]:
    """All files by their names; others are not served, whatever is asked for."""
    own = files(__package__).joinpath("static")
    data = {name: templating.source(name).encode() for name in SHARED}
    data |= {file.name: file.read_bytes() for file in own.iterdir() if file.is_file()}
    return {name: _file(name, content) for name, content in data.items() if name.rpartition(".")[2] in TYPES}


def address(name: str) -> str:
    """Where a page finds a file."""
    return f"/static/{name}?v={found()[name].fingerprint}"


@router.get("/static/{name}")
def static_file(name: str, request: Request, v: str = "") -> Response:
    """One of the files."""
    file = found().get(name)
    if file is None:
        raise HTTPException(404)
    etag = f'"{file.fingerprint}"'
    headers = {"ETag": etag, "Cache-Control": FOR_EVER if v == file.fingerprint else "no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return Response(status_code=304, headers=headers)
    return Response(file.data, headers=headers, media_type=file.type)


def _file(name: str, data: bytes) -> File:
    return File(data, TYPES[name.rpartition(".")[2]], hashlib.sha256(data).hexdigest()[:16])
