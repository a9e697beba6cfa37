"""One process of the service, from start to end: it answers in the main thread, grades beside it, and sends webhooks.

    main thread   uvicorn ─ app                                a signal ─▶ nothing more is accepted, nor claimed
    worker        claims, and has a crew of processes grade    ─▶ what is begun is finished within `stop_seconds`
    sender        delivers webhooks                            ─▶ or given back, for others and for the next start

A second Ctrl-C ends all at once; that loses nothing either, it only costs those who wait a little time.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from types import FrameType

import uvicorn
from fastapi import FastAPI

from grader import __version__
from grader.service import app as application
from grader.service import assignments, health, logs, metrics, proving, starting
from grader.service.database import Database
from grader.service.patient import PatientProtocol
from grader.service.queue import Queue
from grader.service.sender import Sender
from grader.service.settings import Settings
from grader.service.stations import Stations, check_cluster, check_isolation
from grader.service.worker import Worker

KEEP_ALIVE_SECONDS = 15
MOST_CONNECTIONS = 2000
MOST_HEADER_BYTES = 32 * 1024
SWITCH_SECONDS = 0.0005
"""Until a thread that computes lets another one go on: requests should not wait long for what the worker does."""
INTERRUPTED = 130


def run(settings: Settings) -> int:
    """Serve until a signal comes; returns the exit code, 0 after TERM and 130 after Ctrl-C.

    Raises:
        AuthorError: if what the settings name is not there.
        SandboxError: if submissions cannot be run safely here.
    """
    with ExitStack() as stack:
        database = starting.opened(settings)
        stack.callback(database.close)
        if settings.workers:
            _check_grading(settings)
        door = stack.enter_context(starting.listening(settings))
        settings = settings.model_copy(update={"port": door.getsockname()[1]})  # it may have been 0, and links name it
        logs.configure(settings)
        sys.setswitchinterval(SWITCH_SECONDS)
        app = application.create(settings, database) if settings.web else _without_pages(settings, database)
        server = _Server(_config(settings, app))
        grading = stack.enter_context(_grading(settings, database))
        app.state.workers = grading.threads
        stack.callback(proving.stop)
        server.on_signal = grading.stop
        stack.enter_context(_sending(settings, database))
        _welcome(settings, database)
        server.run(sockets=[door])
        grading.stop()
        grading.wait()
    return INTERRUPTED if server.ended_by == signal.SIGINT else 0


def _check_grading(settings: Settings) -> None:
    if settings.cluster:
        check_cluster(settings.cluster)
    else:
        metrics.isolated(check_isolation(allow_degraded=settings.allow_degraded))


def _welcome(settings: Settings, database: Database) -> None:
    """Say where it is, and how to get in while nobody has been."""
    print(f"The grader answers at {settings.url}", flush=True)
    if settings.web and settings.is_url_guessed:
        print("Links begin so, too; if people come by another address, set public_url to it.", flush=True)
    if settings.web and (link := starting.first_link(database, settings.url)):
        print(f"To sign in as staff for the first time, open this link; it opens once:\n\n    {link}\n", flush=True)


def _without_pages(settings: Settings, database: Database) -> FastAPI:
    """What a process answers that only grades."""
    app = FastAPI(title="Gradient grader", version=__version__, openapi_url=None)
    app.state.settings = settings
    app.state.database = database
    health.add(app)
    logs.add(app)
    return app


# ----- grading -----


class _Grading:
    """The workers of this process, each with the stations that it grades on."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._patience = settings.stop_seconds
        self._stations = [
            Stations(
                partial(assignments.load, database),
                jobs=settings.jobs,
                warm=settings.warm,
                allow_degraded=settings.allow_degraded,
                nice=settings.nice,
                cluster=settings.cluster,
            )
            for _ in range(settings.workers)
        ]
        self._workers = [
            Worker(
                Queue(database, tries=settings.tries),
                metrics.Counted(stations),
                batch=settings.batch,
                lease_seconds=settings.lease_seconds,
            )
            for stations in self._stations
        ]
        self.threads = tuple(
            threading.Thread(target=worker.run, name="worker", daemon=True) for worker in self._workers
        )
        self._stoppers: list[threading.Thread] = []
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        """Claim nothing more; returns at once."""
        if self._stoppers:
            return
        self._stoppers = [
            threading.Thread(target=worker.stop, args=(self._patience,), daemon=True) for worker in self._workers
        ]
        for stopper in self._stoppers:
            stopper.start()

    def wait(self) -> None:
        """Until what was begun is finished or given back."""
        for stopper in self._stoppers:
            stopper.join()

    def close(self) -> None:
        """End all that grades."""
        for stations in self._stations:
            stations.close()


@contextmanager
def _grading(settings: Settings, database: Database) -> Iterator[_Grading]:
    grading = _Grading(settings, database)
    try:
        yield grading
    finally:
        grading.close()


@contextmanager
def _sending(settings: Settings, database: Database) -> Iterator[None]:
    sender = Sender(database, to_private=settings.webhooks_to_private)
    threading.Thread(target=sender.run, name="sender", daemon=True).start()
    try:
        yield
    finally:
        sender.stop()


# ----- answering -----


class _Server(uvicorn.Server):
    """Uvicorn, which tells of the first signal, and ends at once at the next Ctrl-C."""

    ended_by: int | None = None

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.on_signal: Callable[[], None] = lambda: None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self.ended_by is not None and sig == signal.SIGINT:
            os._exit(INTERRUPTED)  # our processes see that we are gone
        self.ended_by = sig
        self.should_exit = True
        self.on_signal()


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    _open_many_files()
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=max(1, round(settings.stop_seconds)),
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
    )


def _open_many_files() -> None:
    """A connection is a file, and a shell lets a program have few."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = min(most, 16384) if most != resource.RLIM_INFINITY else 16384
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
