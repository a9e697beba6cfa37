"""What every answer says that does not say otherwise: keep it nowhere, and show it as nothing but what it says it is.

An answer of the API holds grades and what learners wrote; a browser that is led to one runs nothing of it, nor lets
another page frame it. Pages, files and what has an ETag say it in their own way.
"""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def add(app: FastAPI) -> None:
    """Have all answers of an application say it."""
    inner = app.build_middleware_stack
    # Around what answers when all else has failed, too.
    app.build_middleware_stack = lambda: Headers(inner())  # type: ignore[method-assign]


class Headers:
    """Puts the headers on every answer, whoever made it; one that is there already stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sent)
