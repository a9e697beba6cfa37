"""Every request has an id, is logged by its template and by ids, and nothing that is private gets into a line."""

import json
import logging
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from uuid import UUID

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from grader.service import logs
from grader.service.settings import settings
from grader.service.tokens import Holder

WHO = Holder(UUID(int=1), UUID(int=2), None, frozenset())


class Lines:
    """What was logged by now."""

    def __init__(self) -> None:
        self.stream = StringIO()

    def __call__(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged, as JSON; afterwards logging is as it was."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    written = Lines()
    logs.configure(settings(log="json"), written.stream)
    yield written
    root.handlers = before
    root.setLevel(level)
    for name in logs.TOO_CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def client() -> TestClient:
    """Of an application with a few routes."""
    app = FastAPI()
    logs.add(app)

    @app.get("/v1/things/{thing}/{name}")
    def thing(request: Request) -> None:
        request.state.holder = WHO
        logging.getLogger("grader.service").warning("in the midst")

    @app.get("/page")
    def page(request: Request) -> None:
        request.state.visitor = SimpleNamespace(holder=WHO)

    @app.get("/broken")
    def broken() -> None:
        raise KeyError("a mistake of ours")

    return TestClient(app, raise_server_exceptions=False)


def test_request_is_one_line_without_what_is_private(client: TestClient, lines: Lines) -> None:
    """The template, ids and numbers; and whatever was logged meanwhile has the same id."""
    answer = client.get(
        f"/v1/things/{UUID(int=3)}/ada?token=secret",
        headers={"X-Request-ID": "lms-1.2_3", "Authorization": "Bearer secret", "Cookie": "grader=secret"},
    )
    assert answer.headers["X-Request-ID"] == "lms-1.2_3"
    inner, line = lines()
    assert inner["event"] == "in the midst"
    assert inner["request_id"] == "lms-1.2_3"
    assert isinstance(line.pop("ms"), float)
    assert isinstance(line.pop("timestamp"), str)
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "grader.access",
        "request_id": "lms-1.2_3",
        "method": "GET",
        "route": "/v1/things/{thing}/{name}",
        "status": 200,
        "who": f"learner:{UUID(int=2)}",
        "ids": {"thing": str(UUID(int=3))},
    }


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "ä"])
def test_request_id_that_is_not_sane_is_replaced(client: TestClient, lines: Lines, given: str) -> None:
    """Nobody writes our log for us."""
    answer = client.get("/none", headers={"X-Request-ID": given.encode()})
    (line,) = lines()
    assert answer.headers["X-Request-ID"] == line["request_id"] != given
    assert UUID(hex=str(line["request_id"])).version == 4
    assert (line["route"], line["status"]) == ("none", 404)


def test_request_of_a_visitor_says_who(client: TestClient, lines: Lines) -> None:
    """Pages know their holder by the session."""
    client.get("/page")
    assert [line["who"] for line in lines()] == [WHO.name]


def test_request_that_we_fail_on_can_be_found_by_its_id(client: TestClient, lines: Lines) -> None:
    """The answer has the id, too, so that whoever saw it can tell us."""
    answer = client.get("/broken")
    assert answer.status_code == 500
    fault, line = lines()
    assert fault["request_id"] == line["request_id"] == answer.headers["X-Request-ID"]
    assert line["status"] == 500
    assert "KeyError: 'a mistake of ours'" in str(fault["exception"])


def test_configure_for_people_is_no_json(lines: Lines) -> None:
    """Without what a traceback's frames hold, which may be anybody's work."""
    logs.configure(settings(log="console"), lines.stream)
    private = "".join(["se", "cret"])  # so that the line itself does not say it
    try:
        raise KeyError
    except KeyError:
        logging.getLogger("grader").exception("it stumbled over %d", len(private))
    written = lines.stream.getvalue()
    assert "[error    ] it stumbled over 6" in written
    assert "Traceback (most recent call last)" in written
    assert "secret" not in written


def test_configure_libraries_are_quiet(lines: Lines) -> None:
    """What they tell is theirs; httpx would write addresses with all that is in them."""
    logging.getLogger("httpx").info("POST https://lms.example/?secret")
    logging.getLogger("uvicorn.error").error("Exception in ASGI application\n")
    logging.getLogger("sqlalchemy.engine").warning("a warning")
    assert [line["event"] for line in lines()] == ["a warning"]
