"""What keeps a page safe in a browser: it loads and runs nothing but our own files, and a form is taken only from it.

    a cookie's secret ─ token ─▶ hidden in every form, and a header of htmx ─ checked ─▶ the same, or 403

The token says that whoever sends the form has read our page. The secret changes at sign-in, and so does the token.
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIELD = "csrf"
HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(f"{what} {where}" for what, where in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Links of ours hold ids and one-time secrets; forms of ours are checked by their origin.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
KEPT_NOWHERE = "no-store"
"""Of whatever a page shows: the next one at this computer must not find it."""


class Headers:
    """Puts the headers on every answer, whoever made it; one that was made already stays.

    Where people come by https, it is so for every request, also if a proxy does not say it, or is not believed: else
    cookies would go out that are good for http too.
    """

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._https and scope["type"] == "http":
            scope["scheme"] = "https"

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", KEPT_NOWHERE)
                if scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(message)

        await self._app(scope, receive, sent)


def token(secret: str) -> str:
    """What a form of ours carries, for whoever has the cookie; the secret cannot be found from it."""
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


async def checked(request: Request) -> None:
    """Let a request through that changes nothing, or that a page of ours sent for the same cookie.

    Raises:
        HTTPException: 403 otherwise.
    """
    if request.method in SAFE:
        return
    given = request.headers.get(HEADER)
    if given is None:
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else ""
    if not (_from_us(request) and hmac.compare_digest(given.encode(), token(request.state.visitor.secret).encode())):
        raise HTTPException(403, "csrf")


def _from_us(request: Request) -> bool:
    """Whether the browser says nothing else: old ones send neither header, and the token is there for them."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        return False
    origin = request.headers.get("Origin")
    try:
        return origin is None or urlsplit(origin).netloc == request.headers.get("Host", "")
    except ValueError:
        return False  # no browser says that
