"""What programs are told when something goes wrong: problem documents, as in RFC 9457, for every error there is.

    Problem, raised anywhere ───────────────┐
    what FastAPI and Starlette refuse ──────┼─▶ Document ─▶ application/problem+json
    RefusedError, Unavailable, our mistakes ┘

A mistake of ours says nothing but that it was one. The pages, an application of their own, tell people instead.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Literal, TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from grader.service.database import Unavailable
from grader.service.refusals import (
    AttemptsUsedError,
    ClosedError,
    KeyReusedError,
    LastError,
    RefusedError,
    TakenError,
    UnknownError,
    WaitingError,
)
from grader.visible import visible

MEDIA_TYPE = "application/problem+json"
MOST_FAULTS = 50
RETRY_SECONDS = 2
"""When the database may be there again, or one thing less waits."""

Code: TypeAlias = Literal[
    "about:blank",
    "urn:gradient-grader:attempts-used",
    "urn:gradient-grader:closed",
    "urn:gradient-grader:key-missing",
    "urn:gradient-grader:key-reused",
    "urn:gradient-grader:no-part",
    "urn:gradient-grader:no-report",
    "urn:gradient-grader:faulty-assignment",
    "urn:gradient-grader:faulty-roster",
    "urn:gradient-grader:taken",
    "urn:gradient-grader:waiting",
]
"""What kind of problem it is, for programs; `about:blank` means what its status means."""


class Fault(BaseModel):
    """One thing that is wrong with a request: where, and what."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detail: str
    pointer: str | None = Field(default=None, description="Where in the body, as a JSON pointer.", examples=["#/title"])
    parameter: str | None = Field(default=None, description="Which part of the path, the query or the headers.")
    line: int | None = Field(default=None, description="Of a body that is YAML or CSV, counted from 1.")


class Document(BaseModel):
    """A problem, as in RFC 9457."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Code = "about:blank"
    title: str = Field(examples=["Not Found"])
    status: int = Field(ge=400, le=599)
    detail: str = Field(examples=["there is no such submission"])
    instance: str = Field(description="The path that was asked.", examples=["/v1/submissions"])
    errors: list[Fault] | None = None


class Problem(HTTPException):
    """Ends a request; `detail` is a sentence for whoever wrote the program that asked."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: Code = "about:blank",
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers) if headers else None)
        self.code = code
        self.errors = list(errors)[:MOST_FAULTS]


def not_there(what: str) -> Problem:
    """The answer to who asks for what is not there, or may not know that it is."""
    return Problem(404, f"there is no such {what}")


def add(app: FastAPI) -> None:
    """Answer all that goes wrong in an application with problems."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RefusedError, _refused)
    app.add_exception_handler(Exception, _mistake)
    for kind in Unavailable:
        app.add_exception_handler(kind, _unavailable)


def answer(request: Request, problem: Problem) -> Response:
    """A problem, as its document."""
    document = Document(
        type=problem.code,
        title=HTTPStatus(problem.status_code).phrase,
        status=problem.status_code,
        detail=problem.detail,
        instance=visible(request.url.path, limit=500),
        errors=problem.errors or None,
    )
    # ASCII, so that no character of a path or a message can be more than a character.
    body = json.dumps(document.model_dump(exclude_none=True))
    return Response(body, problem.status_code, problem.headers, MEDIA_TYPE)


# ----- what is raised, as problems; none of it needs a thread -----


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error, Problem):
        return answer(request, error)
    headers = {"Allow": ", ".join(allowed(request))} if error.status_code == 405 else error.headers
    return answer(request, Problem(error.status_code, _sentence(error), headers=headers))


def allowed(request: Request) -> list[str]:
    """The methods of all routes at a path; Starlette knows only those of the first."""
    matching = (route for route in request.app.routes if route.matches(request.scope)[0] is not Match.NONE)
    return sorted({method for route in matching for method in getattr(route, "methods", None) or ()})


def _sentence(error: HTTPException) -> str:
    """What Starlette says, which is often only the name of the status."""
    sentences = {404: "there is nothing at this path", 405: "this cannot be done here; Allow says what can"}
    return sentences.get(error.status_code, str(error.detail))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [fault(one["loc"], one["msg"]) for one in error.errors()]
    return answer(request, Problem(422, "the request is not as it should be", errors=faults))


def fault(place: Sequence[int | str], message: str) -> Fault:
    """What pydantic says, in one place of a request."""
    where, *path = place
    if message == "JSON decode error":
        path = []  # it is the place of a character
    detail = visible(_lower(message), limit=500)
    if where != "body":
        return Fault(detail=detail, parameter=visible(str(path[-1] if path else where), limit=200))
    steps = (visible(str(step), limit=200).replace("~", "~0").replace("/", "~1") for step in path)
    return Fault(detail=detail, pointer="".join(["#", *(f"/{step}" for step in steps)]))


def _lower(sentence: str) -> str:
    """With a small first letter, unless it begins as `JSON` and `UUID` do; of ours, without pydantic's own words."""
    sentence = sentence.removeprefix("Value error, ")
    return sentence if sentence[:2].isupper() else sentence[:1].lower() + sentence[1:]


async def _refused(request: Request, error: Exception) -> Response:
    return answer(request, refusal(error))


def refusal(error: Exception) -> Problem:
    """What the service refuses to do, as a problem."""
    match error:
        case UnknownError():
            return Problem(404, str(error))
        case ClosedError():
            return Problem(409, str(error), code="urn:gradient-grader:closed")
        case AttemptsUsedError():
            return Problem(409, str(error), code="urn:gradient-grader:attempts-used")
        case WaitingError():
            again = {"Retry-After": str(RETRY_SECONDS)}
            return Problem(429, str(error), code="urn:gradient-grader:waiting", headers=again)
        case TakenError():
            return Problem(409, str(error), code="urn:gradient-grader:taken")
        case LastError():
            return Problem(409, str(error))
        case KeyReusedError():
            return Problem(422, str(error), code="urn:gradient-grader:key-reused")
        case _:
            return Problem(422, str(error))


async def _unavailable(request: Request, error: Exception) -> Response:
    again = {"Retry-After": str(RETRY_SECONDS)}
    return answer(request, Problem(503, "the database cannot be reached just now", headers=again))


async def _mistake(request: Request, error: Exception) -> Response:
    return answer(request, Problem(500, "this is a mistake of the service; its log says more"))
