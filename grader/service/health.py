"""Whether the service is well, for whoever starts it again or sends it requests.

/healthz   this process answers; if it does not, start another one
/readyz    the database answers and has our tables, and what this process is to grade is graded; else send nobody here
/metrics   numbers, see `metrics`

That no worker is alive anywhere is told, but makes nobody unready: work is taken and waits.
"""

import threading
from typing import Literal

from fastapi import FastAPI, Response
from pydantic import BaseModel

from grader.service import metrics, presence, schema
from grader.service.database import Database, Unavailable
from grader.service.settings import Settings


class Ready(BaseModel):
    """What /readyz says."""

    status: Literal["ready", "not ready"]
    database: Literal["up", "down", "not migrated"]
    grading: Literal["here", "elsewhere", "nowhere", "died"]
    """Where a worker is alive: in this process, in others, in none; or it should be here and is not."""


def add(app: FastAPI) -> None:
    """Answer questions about health; `app.state.workers` are the threads that grade here."""
    settings: Settings = app.state.settings
    database: Database = app.state.database
    app.state.workers = ()
    alive = presence.Alive(settings.lease_seconds)
    metrics.add(app)

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    def readyz(response: Response) -> Ready:
        found = _look(app.state.workers, database, alive)
        if found.status != "ready":
            response.status_code = 503
        return found


def _look(workers: tuple[threading.Thread, ...], database: Database, alive: presence.Alive) -> Ready:
    died = any(not worker.is_alive() for worker in workers)
    try:
        if not schema.is_current(database):
            return Ready(status="not ready", database="not migrated", grading="nowhere")
        with database.reading() as session:
            count = alive.count(session)
    except Unavailable:
        return Ready(status="not ready", database="down", grading="died" if died else "nowhere")
    if died:
        return Ready(status="not ready", database="up", grading="died")
    return Ready(status="ready", database="up", grading="here" if workers else "elsewhere" if count else "nowhere")
