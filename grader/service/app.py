"""The application: the API for programs, the pages for people, and how the service feels, on one database.

request ─ middleware (id, size, headers) ─┬─ /v1/…            api      programs, by token
                                          ├─ /healthz, …      health   whoever runs the service
                                          └─ everything else  pages    people, by session
"""

from fastapi import FastAPI

from grader import __version__
from grader.service import headers, health, logs, pages, problems
from grader.service.api import document, limits, routes
from grader.service.database import Database
from grader.service.pace import Pace
from grader.service.settings import Settings


def create(settings: Settings, database: Database) -> FastAPI:
    """The application on a database whose tables are there (`schema.migrate`); it only takes in and shows work."""
    app = FastAPI(
        title="Gradient grader",
        version=__version__,
        description=document.ABOUT,
        openapi_url=document.PATH,
        docs_url=None,
        redoc_url=None,
    )
    app.state.settings = settings
    app.state.database = database
    app.state.pace = Pace(database)
    problems.add(app)
    limits.add(app, settings)
    routes.add(app)
    document.add(app)
    pages.add(app)
    health.add(app)
    headers.add(app)
    logs.add(app)
    return app
