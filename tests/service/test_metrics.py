"""The numbers are those of the database and of what was done here; and not everybody may see them."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from grader.errors import SandboxError
from grader.service import health, logs, metrics, presence
from grader.service.database import Database
from grader.service.queue import Claim, Queue, Result, Work
from grader.service.settings import settings
from grader.service.tables import State
from tests.service.benches import QuickBench
from tests.service.handed import handed_in


def client(database: Database, host: str = "127.0.0.1", **flags: object) -> TestClient:
    """Somebody who looks, from a host."""
    app = FastAPI()
    app.state.settings, app.state.database = settings(**flags), database
    health.add(app)
    logs.add(app)
    return TestClient(app, client=(host, 1))


def read(looking: TestClient) -> dict[tuple[str, ...], float]:
    """Each number by its name and labels."""
    text = looking.get("/metrics").text
    samples = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return {(sample.name, *sample.labels.values()): sample.value for sample in samples}


def test_metrics_queue_is_that_of_the_database(database: Database) -> None:
    """Depth, age and who works on it."""
    handed_in(database, 3)
    worker = presence.come(database)
    Queue(database).claim(worker, 1)
    found = read(client(database))
    assert {state: found["grader_attempts", state] for state in State} == {
        "queued": 2,
        "running": 1,
        "graded": 0,
        "failed": 0,
        "cancelled": 0,
    }
    assert 0 < found["grader_queue_oldest_seconds",] < 60
    assert (found["grader_workers",], found["grader_database_up",], found["grader_webhooks_pending",]) == (1, 1, 0)


def test_metrics_no_database_says_so() -> None:
    """What was counted here is told nevertheless."""
    looking = client(Database("postgresql://nobody@127.0.0.1:1/none"))
    looking.get("/none")
    found = read(looking)
    assert found["grader_database_up",] == 0
    assert found["grader_http_request_seconds_count", "GET", "none", "404"] > 0
    assert not any(name == "grader_attempts" for name, *_ in found)


def test_metrics_requests_are_counted_by_template(database: Database) -> None:
    """Whatever somebody asks for, there are no more labels than routes."""
    looking = client(database)

    def count(*labels: str) -> float:
        return read(looking).get(("grader_http_request_seconds_count", *labels), 0.0)

    none, strange = count("GET", "none", "404"), count("other", "none", "404")
    looking.get("/one/thing")
    looking.get("/another")
    looking.request("BREW", "/coffee")
    assert count("GET", "none", "404") == none + 2
    assert count("other", "none", "404") == strange + 1


class Reporting(QuickBench):
    """Gives reports with a time, and then no more."""

    def grade(self, version_id: int, works: Iterable[Work]) -> Iterator[tuple[Claim, Result]]:
        for claim, _ in super().grade(version_id, works):
            text = b'{"isolation": {"level": "strong"}, "timing": {"wall_seconds": 0.2}}'
            yield claim, Result(text, "graded", 1.0, 1.0)
        raise SandboxError("the zygote is gone")


def test_counted_grading_is_timed_and_deaths_are_seen(database: Database) -> None:
    """And the level of isolation is that of the last report."""
    handed_in(database, 2)
    looking = client(database)
    before = read(looking)
    queue = Queue(database)
    works = [queue.work(claim) for claim in queue.claim(presence.come(database), 2)]
    with pytest.raises(SandboxError):
        list(metrics.Counted(Reporting()).grade(1, works))
    after = read(looking)
    rise = {key: after[key] - before.get(key, 0.0) for key in after}
    assert rise["grader_grading_seconds_count",] == 2
    assert rise["grader_grading_seconds_sum",] == pytest.approx(0.4)
    assert rise["grader_graded_total", "graded"] == 2
    assert rise["grader_sandbox_deaths_total",] == 1
    assert {key[1:]: value for key, value in after.items() if key[0] == "grader_isolation_info"} == {("strong",): 1}


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8"}, 403),
        ("127.0.0.1", {"Forwarded": "for=8.8.8.8"}, 403),
        ("10.0.0.7", {}, 403),
        ("unix", {}, 403),
        ("10.0.0.7", {"Authorization": "Bearer wrong"}, 403),
        ("10.0.0.7", {"Authorization": "Basic right"}, 403),
        ("10.0.0.7", {"Authorization": "Bearer right"}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "8.8.8.8", "Authorization": "bearer right"}, 200),
    ],
)
def test_metrics_are_for_this_machine_or_with_the_token(
    tmp_path: Path, host: str, headers: dict[str, str], status: int
) -> None:
    """A proxy on this machine makes nobody near."""
    looking = client(Database(f"sqlite:///{tmp_path}/none"), host, metrics_token="right")
    assert looking.get("/metrics", headers=headers).status_code == status


def test_metrics_without_a_token_nothing_shown_opens_them(tmp_path: Path) -> None:
    """An empty secret is none."""
    looking = client(Database(f"sqlite:///{tmp_path}/none"), "10.0.0.7")
    assert looking.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 403
