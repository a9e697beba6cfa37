"""The door that every route of the API has: who asks is known before anything of a body is read.

token? 401 ─▶ too often? 429 ─▶ a body that can be read? 415 ─▶ the route
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from grader.service import access
from grader.service.problems import Problem

PREFIX = "/v1"


class Door(APIRoute):
    """A route for those who show a token, of bodies that it can read, and not too often."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """What answers a request."""
        handle = super().get_route_handler()
        readable = self._readable()

        async def guarded(request: Request) -> Response:
            rates = request.app.state.rates
            try:
                holder = await run_in_threadpool(access.holder, request)
            except Problem:
                rates.count_stranger(request)
                raise
            rates.count(holder)
            request.state.holder = holder
            if readable and _media_type(request) not in readable:
                raise Problem(415, f"the body is not of a type that can be read here: {', '.join(sorted(readable))}")
            return await handle(request)

        return guarded

    def _readable(self) -> frozenset[str]:
        """The types of bodies that are documented."""
        content: dict[str, Any] = (self.openapi_extra or {}).get("requestBody", {}).get("content", {})
        return frozenset(content or (["application/json"] if self.body_field else []))


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def router(tag: str) -> APIRouter:
    """For the routes of one resource."""
    return APIRouter(prefix=PREFIX, route_class=Door, tags=[tag], generate_unique_id_function=_operation)


def _operation(route: APIRoute) -> str:
    """What an operation is called in the document: by its resource and its function, as `submissions.post`."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}.{route.name}"
