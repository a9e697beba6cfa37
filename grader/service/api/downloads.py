"""Files that are answered to be saved: what others wrote is never run, guessed at or shown as if it were ours."""

from urllib.parse import quote

from fastapi import Response

SAFE = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def download(data: bytes, name: str, media_type: str) -> Response:
    """A file with its name, as in RFC 6266."""
    return Response(data, headers={**SAFE, "Content-Disposition": _attachment(name)}, media_type=media_type)


def _attachment(name: str) -> str:
    """The whole name for those who understand it, and for others what is left of it in plain characters."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in '"\\%' else "_" for char in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
