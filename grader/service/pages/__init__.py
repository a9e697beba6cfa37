"""The pages: what people see in a browser, made on the server; they work without scripts, and better with some.

    request ─ Headers ─ Speaking ─ Visits ─ checked (forms) ─▶ sign_in, sheet, handing_in, result      learners
                                                              classes, assignments, grades, people …   the staff

They are an application of their own, which gets whatever no other route of the service has the address of.
"""

from fastapi import Depends, FastAPI
from starlette.routing import Match, Mount
from starlette.types import ASGIApp, Scope

from grader.service.api.limits import Rates
from grader.service.database import Database
from grader.service.pages import (
    assignments,
    classes,
    failures,
    grades,
    handing_in,
    happening,
    people,
    programs,
    result,
    security,
    sessions,
    sheet,
    sign_in,
    site,
    speech,
    static_files,
    work,
)
from grader.service.settings import Settings

API = "/v1"
LEARNERS = (static_files.router, sign_in.router, sheet.router, handing_in.router, result.router)
STAFF = (
    assignments.router,
    grades.router,
    work.router,
    classes.router,
    people.router,
    programs.router,
    happening.router,
)


def add(app: FastAPI) -> None:
    """Put the pages under the addresses that nobody else has; other routes may come before or after."""
    app.router.routes.append(_Rest(app, create(app.state.settings, app.state.database, app.state.rates)))


def create(settings: Settings, database: Database, rates: Rates) -> ASGIApp:
    """The pages alone; `rates` counts what is asked of them."""
    pages = FastAPI(openapi_url=None, dependencies=[Depends(site.counted), Depends(security.checked)])
    pages.state.site = site.make(settings, database, rates)
    for router in (*LEARNERS, *STAFF):
        pages.include_router(router)
    failures.add(pages)
    # Around all of it, so that they hold for the page of a fault of ours, too.
    visits = sessions.Visits(pages, database, failures.away)
    return security.Headers(speech.Speaking(visits), https=settings.url.startswith("https:"))


class _Rest(Mount):
    """Everything but the API, and but what another route has the address of, with whatever method."""

    def __init__(self, app: FastAPI, pages: ASGIApp) -> None:
        super().__init__("", pages, name="pages")
        self._others = app.router.routes

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        path = scope.get("path", "")
        if scope["type"] != "http" or path == API or path.startswith(f"{API}/"):
            return Match.NONE, {}
        if any(route.matches(scope)[0] is not Match.NONE for route in self._others if route is not self):
            return Match.NONE, {}
        return super().matches(scope)
