"""What the service says of itself, on standard error: one line for each event, with the id of the request it was for.

    request ─ an id, theirs if it is sane ─▶ everything logged meanwhile ─▶ the answer's X-Request-ID
                                         └─▶ one line: method, route, status, time, and who it was by id

Never in a line: query strings, names, tokens, what was handed in. Lines are JSON, or for people at a terminal.
"""

import logging
import re
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO
from uuid import UUID, uuid4

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.service import metrics
from grader.service.settings import Settings
from grader.service.tokens import Holder

HEADER = "X-Request-ID"
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked all day long by programs; logged only when something is wrong."""
TOO_CHATTY = ("uvicorn", "uvicorn.error", "sqlalchemy", "alembic", "httpx", "httpcore", "distributed", "asyncio")

log = logging.getLogger("grader.access")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Have all that is logged in this process written our way, whoever logs it."""
    stream = stream or sys.stderr
    for_people = settings.log == "console" or (settings.log == "auto" and stream.isatty())
    render: Any = (
        structlog.dev.ConsoleRenderer(colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback)
        if for_people
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    known: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if not for_people:
        last.append(structlog.processors.format_exc_info)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=known, processors=[*last, render]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # Told by us, with the request that it was for.
    logging.getLogger("uvicorn.error").addFilter(lambda record: not record.getMessage().startswith("Exception in ASGI"))


def add(app: FastAPI) -> None:
    """Give each request an id, count it and log it."""
    inner = app.build_middleware_stack
    # Outermost: around what answers when all else has failed, too.
    app.build_middleware_stack = lambda: Requests(inner())  # type: ignore[method-assign]


class Requests:
    """Sees each request come and its answer go."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        given = Headers(scope=scope).get(HEADER, "")
        known_by = given if _SANE.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = known_by
        status = 0

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[HEADER] = known_by
            await send(message)

        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=known_by):
            try:
                return await self._app(scope, receive, sent)
            except Exception:
                status = status or 500
                log.exception("the service stumbled")
                raise
            finally:
                seconds = time.perf_counter() - begun
                metrics.observe(scope, status, seconds)
                _tell(scope, status, seconds)


def _tell(scope: Scope, status: int, seconds: float) -> None:
    route = metrics.template(scope)
    level = logging.DEBUG if route in QUIET and status < 400 else logging.INFO
    facts = {"method": scope["method"][:16], "route": route, "status": status, "ms": round(seconds * 1000, 1)}
    log.log(level, "request", extra={**facts, **_who(scope.get("state", {})), "ids": _ids(scope)})


def _who(state: Mapping[str, Any]) -> dict[str, str]:
    """Who asked, if it is known."""
    holder = state.get("holder") or getattr(state.get("visitor"), "holder", None)
    return {"who": holder.name} if isinstance(holder, Holder) else {}


def _ids(scope: Scope) -> dict[str, str]:
    """The ids in the path; whatever else may stand there is not ours."""
    found: dict[str, str] = {}
    for name, value in scope.get("path_params", {}).items():
        try:
            found[name] = str(UUID(str(value)))
        except ValueError:
            continue
    return found
