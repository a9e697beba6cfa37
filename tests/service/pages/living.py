"""The real service in this process: a server, a worker with real sandboxes, and a database in a folder."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import uvicorn

from grader.service import app
from grader.service.assignments import load
from grader.service.database import Database
from grader.service.queue import Queue
from grader.service.schema import migrate
from grader.service.settings import Settings
from grader.service.stations import Stations
from grader.service.worker import Worker


@dataclass(frozen=True)
class Living:
    """A service that answers at an address."""

    address: str
    database: Database


@contextmanager
def living(folder: Path, *, grades: bool = True) -> Iterator[Living]:
    """A service that runs as long as the block does; without a worker, if it is not to grade."""
    settings = Settings(data=folder, jobs=1, allow_degraded=True)
    database = Database(settings.database_url)
    migrate(database)
    stations = Stations(partial(load, database), jobs=1, allow_degraded=True)
    worker = Worker(Queue(database), stations, idle_seconds=0.1)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        made = app.create(settings, database)
        server = uvicorn.Server(uvicorn.Config(made, log_level="warning", lifespan="off"))
        threads = [threading.Thread(target=server.run, kwargs={"sockets": [listening]})]
        if grades:
            threads.append(threading.Thread(target=worker.run))
        for thread in threads:
            thread.start()
        try:
            yield Living(f"http://127.0.0.1:{listening.getsockname()[1]}", database)
        finally:
            server.should_exit = True
            if grades:
                worker.stop()
            for thread in threads:
                thread.join(30)
            stations.close()
            database.close()
