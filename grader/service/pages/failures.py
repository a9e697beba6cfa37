"""When something cannot be shown or done: a page that says so in the reader's language, and where to go from there."""

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from starlette.exceptions import HTTPException

from grader.language import translated as _
from grader.service.database import Unavailable
from grader.service.pages import words
from grader.service.pages.rendering import page
from grader.service.pages.sessions import NotSignedInError
from grader.service.refusals import RefusedError, UnknownError

log = logging.getLogger(__name__)


def texts(status: int) -> tuple[str, str]:
    """A title and a sentence for a status."""
    known = {
        400: (_("This cannot be read"), _("The browser sent something that we do not understand.")),
        403: (
            _("Not allowed"),
            _("This page was open for too long. Go back, load it again, and repeat what you did."),
        ),
        404: (_("There is nothing here"), _("The address is wrong, or it is not meant for you.")),
        405: (_("Not like this"), _("This address is of use only from a form of ours.")),
        409: (_("Not now"), _("Somebody else was quicker. Load the page again.")),
        413: (_("Too large"), _("What was sent is larger than we take. Hand in your source only, without data.")),
        422: (_("Something is missing"), _("A field of the form is empty, or not what was expected.")),
        429: (_("Too often"), _("Please wait a little, and try again.")),
        503: (_("Back in a moment"), _("The service is being looked after. Nothing that was handed in is lost.")),
    }
    fault = (
        _("Our fault"),
        _("Something went wrong on our side. Nothing that was handed in is lost; please try again."),
    )
    return known.get(status, known[400] if status < 500 else fault)


def failure(
    request: Request, status: int, detail: str | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The page of a status; `detail` is said instead of what is usually said of it."""
    title, text = texts(status)
    return page(request, "failure.html", status=status, headers=headers, title=title, text=detail or text, code=status)


def away(request: Request) -> Response:
    """The page for as long as the database is."""
    log.warning("the database is not available")
    return failure(request, 503, headers={"Retry-After": "5"})


def add(app: FastAPI) -> None:
    """Have all that goes wrong end in a page."""

    @app.exception_handler(HTTPException)
    def refused(request: Request, error: HTTPException) -> Response:
        return failure(request, error.status_code, headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    def misread(request: Request, error: RequestValidationError) -> Response:
        # A path that cannot be an id is the address of nothing.
        return failure(request, 404 if any(one["loc"][0] == "path" for one in error.errors()) else 422)

    @app.exception_handler(NotSignedInError)
    def not_signed_in(request: Request, error: NotSignedInError) -> Response:
        if request.method != "GET":
            return failure(request, 403)
        if request.headers.get("HX-Request"):
            return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
        return RedirectResponse("/sign-in", 303)

    @app.exception_handler(UnknownError)
    def unknown(request: Request, error: UnknownError) -> Response:
        return failure(request, 404)

    @app.exception_handler(RefusedError)
    def not_done(request: Request, error: RefusedError) -> Response:
        return failure(request, 422, words.refusal(error))

    for kind in Unavailable:
        app.add_exception_handler(kind, lambda request, error: away(request))

    @app.exception_handler(Exception)
    def ours(request: Request, error: Exception) -> Response:
        return failure(request, 500)
