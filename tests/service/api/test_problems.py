"""Whatever goes wrong, a program gets a problem document, which says what it needs to know and nothing else."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from grader.service.database import Database
from grader.service.problems import Document, Fault, fault
from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_problem_path_that_is_not_there_is_404(ask: Ask) -> None:
    """The document is the whole answer, by the type that RFC 9457 gives it."""
    answer = ask("GET", "/v1/nothing/%3Cb%3E%1b[31m")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is nothing at this path",
        "instance": "/v1/nothing/<b>\\x1b[31m",
    }


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/me", "GET"),
        ("/v1/submissions", "GET, POST"),
        ("/v1/assignments/b/policy", "GET, PUT"),
        ("/v1/tokens/00000000-0000-0000-0000-000000000000", "DELETE, GET"),
    ],
)
def test_problem_method_that_is_not_there_is_405_with_all_that_are(ask: Ask, path: str, allowed: str) -> None:
    """Also those of other routes at the same path, and for who has no token."""
    answer = ask("PATCH", path, None)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.json()["detail"] == "this cannot be done here; Allow says what can"


def test_problem_body_that_is_wrong_is_422_with_each_place(ask: Ask) -> None:
    """By JSON pointers, and without what was sent, which may be secret."""
    answer = ask("POST", "/v1/tokens", json={"scopes": ["read", "all"], "label": 7, "days": True, "x/y~": "secret"})
    assert answer.status_code == 422
    assert answer.json()["detail"] == "the request is not as it should be"
    scopes = "input should be 'read', 'submit', 'grade', 'assign', 'people' or 'admin'"
    assert answer.json()["errors"] == [
        {"detail": "input should be a valid string", "pointer": "#/label"},
        {"detail": scopes, "pointer": "#/scopes/1"},
        {"detail": "input should be a number", "pointer": "#/days"},
        {"detail": "extra inputs are not permitted", "pointer": "#/x~1y~0"},
    ]
    assert "secret" not in answer.text


def test_problem_query_that_is_wrong_is_422_with_its_name(ask: Ask) -> None:
    """A parameter is no part of a body, so it has no pointer."""
    answer = ask("GET", "/v1/submissions", params={"limit": "0", "state": "lost", "learner": "me"})
    assert [(one["parameter"], "pointer" in one) for one in answer.json()["errors"]] == [
        ("limit", False),
        ("learner", False),
        ("state", False),
    ]


def test_problem_body_that_is_no_json_is_422_and_of_another_type_415(ask: Ask) -> None:
    """Each says what it is."""
    json = {"Content-Type": "application/json"}
    answer = ask("POST", "/v1/tokens", content=b'{"scopes": ', headers=json)
    assert (answer.status_code, answer.json()["errors"]) == (422, [{"detail": "JSON decode error", "pointer": "#"}])
    answer = ask("POST", "/v1/tokens", content=b"scopes=read", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 415
    assert answer.json()["detail"] == "the body is not of a type that can be read here: application/json"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000, b"1" * 10_000, b'{"a": NaN, "b": 1e999}'])
def test_problem_body_that_breaks_a_parser_is_the_askers(ask: Ask, body: bytes) -> None:
    """Bytes that are no text, too deep, too many digits: all of them are answered."""
    answer = ask("POST", "/v1/tokens", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    Document.model_validate(answer.json())


def test_problem_mistake_of_ours_says_nothing_of_it(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in our code or database is for the log."""

    def broken(*_: Any) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("grader.service.api.me.models.Me", broken)
    answer = ask("GET", "/v1/me")
    assert answer.status_code == 500
    assert answer.json()["detail"] == "this is a mistake of the service; its log says more"
    assert "hunter2" not in answer.text


def test_problem_database_that_is_away_is_503(ask: Ask, here: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the time after which it is worth asking again."""

    def away(self: Database) -> None:
        raise OperationalError("SELECT secret", {}, Exception("database is locked"))

    monkeypatch.setattr(Database, "reading", away)
    answer = ask("GET", "/v1/me")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert answer.json()["detail"] == "the database cannot be reached just now"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (("body",), Fault(detail="no", pointer="#")),
        (("body", "files", 0, "a/b"), Fault(detail="no", pointer="#/files/0/a~1b")),
        (("query", "limit"), Fault(detail="no", parameter="limit")),
        (("header", "Idempotency-Key"), Fault(detail="no", parameter="Idempotency-Key")),
    ],
)
def test_fault_says_where(place: tuple[int | str, ...], expected: Fault) -> None:
    """In a body, or by the name of a parameter."""
    assert fault(place, "No") == expected
