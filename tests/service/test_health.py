"""A process that cannot do its work says so, and one that can is not blamed for others."""

import threading
from pathlib import Path

from fastapi import FastAPI
from fastapi.testclient import TestClient

from grader.service import health, presence
from grader.service.database import Database
from grader.service.settings import settings


def client(database: Database) -> TestClient:
    """Whoever asks."""
    app = FastAPI()
    app.state.settings, app.state.database = settings(), database
    health.add(app)
    return TestClient(app)


def asked(looking: TestClient) -> tuple[int, dict[str, str]]:
    """The status and what is said."""
    answer = looking.get("/readyz")
    return answer.status_code, answer.json()


def test_healthz_process_that_answers_is_alive(tmp_path: Path) -> None:
    """Whatever its database does."""
    answer = client(Database(f"sqlite:///{tmp_path}/none")).get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_readyz_workers_are_told_but_needed_only_where_they_should_be(database: Database) -> None:
    """Work that nobody grades yet can be taken nevertheless; a worker thread that ended here cannot be helped."""
    looking = client(database)
    ready = {"status": "ready", "database": "up"}
    assert asked(looking) == (200, {**ready, "grading": "nowhere"})
    presence.come(database)
    assert asked(looking) == (200, {**ready, "grading": "elsewhere"})
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    looking.app.state.workers = (thread,)  # type: ignore[attr-defined]
    assert asked(looking) == (200, {**ready, "grading": "here"})
    end.set()
    thread.join()
    assert asked(looking) == (503, {"status": "not ready", "database": "up", "grading": "died"})


def test_readyz_tables_that_are_not_there_make_it_unready(url: str) -> None:
    """Nothing can be written into them."""
    database = Database(url)
    assert asked(client(database)) == (503, {"status": "not ready", "database": "not migrated", "grading": "nowhere"})
    database.close()


def test_readyz_no_database_makes_it_unready() -> None:
    """Said by a status, and not by a stumble."""
    away = client(Database("postgresql://nobody@127.0.0.1:1/none"))
    assert asked(away) == (503, {"status": "not ready", "database": "down", "grading": "nowhere"})
