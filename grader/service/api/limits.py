"""How much may be asked: bytes and seconds of a body, files and fields of a form, requests in a minute.

    request ─┬─ Bodies ─▶ more bytes than `most_body_bytes`   413, at once if it says so, else as soon as they come
             │          ├ not all there in `body_seconds`     408
             │          └ a form that is not in UTF-8         415
             └─ Rates  ─▶ too many of one learner or token, or of one address without   429

An address is counted only where nobody is known: behind one address may be a whole school. Each replica counts for
itself.
"""

import ipaddress
import math
import time
from typing import TypedDict

import anyio
from fastapi import FastAPI, Request
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from grader.service.problems import Problem
from grader.service.settings import Settings
from grader.service.tokens import Holder

MOST_FIELDS = 50
MOST_FIELD_BYTES = 1024 * 1024
"""As large as a file that is pasted into a page."""
CLOSE = {"Connection": "close"}
"""What is left of a body that was refused is thrown away, for a while, and then the connection is cut."""
LINGER_SECONDS = 3.0
LINGER_BYTES = 64 * 1024 * 1024
"""A connection that is closed while bytes still come is reset, and whoever sends them may never read the answer."""


class FormLimits(TypedDict):
    """What is taken of a form."""

    max_files: int
    max_fields: int
    max_part_size: int


def of_forms(settings: Settings) -> FormLimits:
    """For whoever reads a form; more of anything is answered with 400."""
    return {"max_files": settings.most_files, "max_fields": MOST_FIELDS, "max_part_size": MOST_FIELD_BYTES}


def add(app: FastAPI, settings: Settings) -> None:
    """Hold an application to its limits."""
    app.state.rates = Rates(settings)
    app.add_middleware(Bodies, most_bytes=settings.most_body_bytes, seconds=settings.body_seconds)


# ----- bodies -----


class Bodies:
    """Lets whoever reads a body have only so much of it, and wait only so long."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float) -> None:
        self._app = app
        self._most = most_bytes
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        announced = _announced(scope)
        foreign = _is_foreign(scope)
        end = math.inf
        read = 0
        whole = refused = False

        async def limited() -> Message:
            nonlocal read, whole, refused, end
            if announced > self._most:
                refused = True
                raise self._too_large()
            if foreign:
                raise Problem(415, "a form is in UTF-8", headers=CLOSE)
            if whole:
                return await receive()  # from now on it waits for the end of the connection, which may take its time
            end = min(end, anyio.current_time() + self._seconds)
            with anyio.move_on_at(end) as patience:
                message = await receive()
            if patience.cancelled_caught:
                raise Problem(408, f"the body was not there after {self._seconds:g} seconds", headers=CLOSE)
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > self._most:
                refused = True
                raise self._too_large()
            return message

        async def lingering(message: Message) -> None:
            if refused and not whole and message["type"] == "http.response.body" and not message.get("more_body"):
                await send({**message, "more_body": True})
                await _thrown_away(receive)
                message = {"type": "http.response.body"}
            await send(message)

        return await self._app(scope, limited, lingering)

    def _too_large(self) -> Problem:
        return Problem(413, f"a request may have {self._most} bytes", headers=CLOSE)


async def _thrown_away(receive: Receive) -> None:
    """Read what still comes of a body."""
    left = LINGER_BYTES
    with anyio.move_on_after(LINGER_SECONDS):
        while left > 0:
            message = await receive()
            left -= len(message.get("body", b""))
            if not message.get("more_body", False):
                return


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    # A server lets no other through; digits of other scripts would be numbers too.
    return int(length[:20]) if length.isascii() and length.isdigit() else 0


def _is_foreign(scope: Scope) -> bool:
    """Whether a form asks to be read by another codec than all browsers'; Python has some that take minutes."""
    try:
        kind, options = parse_options_header(Headers(scope=scope).get("content-type"))
    except Exception:
        return False  # whoever reads the form stumbles over it too
    return kind == b"multipart/form-data" and options.get(b"charset", b"utf-8").lower() != b"utf-8"


# ----- rates -----


class Rates:
    """Counts requests: of a learner, who may make any number of tokens; of a token of the staff; of an address."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._learner = parse(settings.rate_learner)
        self._staff = parse(settings.rate_staff)
        self._address = parse(settings.rate_address)

    def count(self, holder: Holder) -> None:
        """One more request of somebody.

        Raises:
            Problem: 429, if there were too many.
        """
        if holder.staff_id is None:
            self._count(self._learner, holder.name)
        else:
            self._count(self._staff, str(holder.token_id))

    def count_stranger(self, request: Request) -> None:
        """One more request of somebody who is not known, or gave what opens nothing.

        Raises:
            Problem: 429, if there were too many from there.
        """
        self._count(self._address, network(request.client.host if request.client else ""))

    def _count(self, rate: RateLimitItem, whose: str) -> None:
        if self._limiter.hit(rate, whose):
            return
        free = self._limiter.get_window_stats(rate, whose).reset_time - time.time()
        wait = str(max(1, math.ceil(free)))
        raise Problem(
            429, "there were too many requests; Retry-After says when to go on", headers={"Retry-After": wait}
        )


def network(address: str) -> str:
    """What is counted as one address: of IPv6 the first half, all of which is usually one subscriber's."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(ipaddress.ip_network((int(found), 64), strict=False))
