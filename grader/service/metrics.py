"""Numbers for whoever watches the service: /metrics, as Prometheus reads them.

    a request, a grading ─▶ counted in this process        the queue, the webhooks ─▶ asked of the database

What is counted is this process's own and begins anew with it; what is asked is the same at every replica. Labels are
taken from lists that we know, so that nobody can make more of them. Open to this machine only, or with a token.
"""

import ipaddress
import secrets
from collections.abc import Iterable, Iterator

from fastapi import FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pydantic import BaseModel, ValidationError
from sqlalchemy import func, select
from starlette.types import Scope

from grader.errors import SandboxError
from grader.service import presence, sender
from grader.service.database import Database, Unavailable
from grader.service.queue import Claim, Queue, Result, Work
from grader.service.settings import Settings
from grader.service.tables import Attempt, State, now
from grader.service.worker import Bench

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second number for each, of no use to anybody
REGISTRY = CollectorRegistry()
PlatformCollector(REGISTRY)
ProcessCollector(registry=REGISTRY)

REQUESTS = Histogram(
    "grader_http_request_seconds",
    "Time to answer requests, by the route's template.",
    ("method", "route", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REGISTRY,
)
GRADING = Histogram(
    "grader_grading_seconds",
    "Time that a submission's boxes ran.",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0),
    registry=REGISTRY,
)
GRADED = Counter(
    "grader_graded", "Attempts that were graded here, by what their report says.", ("status",), registry=REGISTRY
)
DEATHS = Counter("grader_sandbox_deaths", "Times that a sandbox broke, or was not to be had.", registry=REGISTRY)
ISOLATION = Gauge("grader_isolation_info", "1 for the level of the last grading.", ("level",), registry=REGISTRY)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"
FILES = "files"


def template(scope: Scope) -> str:
    """The route of a request as it was written down, without what is in a particular one."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return NO_ROUTE if scope.get("endpoint") is None else FILES


def observe(scope: Scope, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    method = scope["method"] if scope["method"] in METHODS else "other"
    REQUESTS.labels(method, template(scope), status).observe(seconds)


# ----- grading -----


class _Isolation(BaseModel):
    level: str


class _Timed(BaseModel):
    """What is counted of a report."""

    isolation: _Isolation
    timing: dict[str, float] = {}


class Counted:
    """A bench that is watched."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    def grade(self, version_id: int, works: Iterable[Work]) -> Iterator[tuple[Claim, Result]]:
        try:
            for claim, result in self._bench.grade(version_id, works):
                _count(result)
                yield claim, result
        except SandboxError:
            DEATHS.inc()
            raise


def isolated(level: str) -> None:
    """This is the level of isolation here."""
    ISOLATION.clear()
    ISOLATION.labels(level).set(1)


def _count(result: Result) -> None:
    GRADED.labels(result.status).inc()
    try:
        report = _Timed.model_validate_json(result.report)
    except ValidationError:
        return
    isolated(report.isolation.level)
    if "wall_seconds" in report.timing:
        GRADING.observe(report.timing["wall_seconds"])


# ----- what the database knows -----


class Stored(Collector):
    """The queue and the webhooks, as they are at the moment; without a database, only that there is none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._workers = presence.Alive()

    def collect(self) -> Iterator[Metric]:
        try:
            known = list(self._known())
        except Unavailable:
            known = []
        yield GaugeMetricFamily("grader_database_up", "Whether the database answers.", value=bool(known))
        yield from known

    def _known(self) -> Iterator[Metric]:
        attempts = GaugeMetricFamily("grader_attempts", "Attempts by their state.", labels=("state",))
        for state, count in Queue(self._database).counts().items():
            attempts.add_metric([state.value], count)
        yield attempts
        with self._database.reading() as session:
            waiting = select(func.min(Attempt.created_at)).where(Attempt.state == State.QUEUED)
            oldest = session.scalar(waiting)
            pending, given_up = sender.pending(session), sender.given_up(session)
            workers = self._workers.count(session)
        age = 0.0 if oldest is None else max(0.0, (now() - oldest).total_seconds())
        yield GaugeMetricFamily("grader_queue_oldest_seconds", "Age of what has waited longest.", value=age)
        yield GaugeMetricFamily("grader_workers", "Workers that are alive, of all replicas.", value=workers)
        yield GaugeMetricFamily("grader_webhooks_pending", "Messages that are still to be delivered.", value=pending)
        yield GaugeMetricFamily("grader_webhooks_given_up", "Messages that never arrived.", value=given_up)


# ----- for whom -----


def add(app: FastAPI) -> None:
    """Answer /metrics."""
    settings: Settings = app.state.settings
    database: Database = app.state.database
    stored = CollectorRegistry()
    stored.register(Stored(database))

    @app.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        if not (_is_near(request) or _is_known(request, settings)):
            return Response("only for this machine, or with the token of the setting metrics_token\n", 403)
        return Response(generate_latest(REGISTRY) + generate_latest(stored), media_type=CONTENT_TYPE_LATEST)


def _is_near(request: Request) -> bool:
    """Whether it comes from this machine, and not through a proxy on it."""
    if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _is_known(request: Request, settings: Settings) -> bool:
    scheme, _, shown = request.headers.get("authorization", "").partition(" ")
    expected = settings.metrics_token
    return (
        expected is not None
        and scheme.lower() == "bearer"
        and secrets.compare_digest(shown.strip().encode(), expected.get_secret_value().encode())
    )
