"""A list in parts is the whole list, once, whatever comes or goes between two parts."""

import base64
import json

import pytest

from tests.service.api.conftest import Ask
from tests.service.api.school import School


def cursor(*values: object) -> str:
    """As we make them, of whatever."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "path",
    [
        "/v1/submissions",
        "/v1/assignments",
        "/v1/learners",
        "/v1/audit",
        "/v1/assignments/relu_frobenius/grades",
        "/v1/submissions/{graded}/attempts",
    ],
)
def test_listing_in_parts_is_the_whole(ask: Ask, here: School, path: str) -> None:
    """By `next`, and by the header Link, which is the same."""
    path = path.format(graded=here.ada.graded)
    whole = ask("GET", path, params={"limit": 200}).json()
    assert whole["next"] is None
    found = []
    address: str | None = f"{path}?limit=1"
    while address is not None:
        answer = ask("GET", address)
        body = answer.json()
        found += body["items"]
        address = answer.links["next"]["url"] if "Link" in answer.headers else None
        assert (address is None) == (body["next"] is None)
        assert len(found) < 30
    if path == "/v1/assignments/relu_frobenius/grades":
        assert found == whole["items"]
    else:
        ids = [one.get("id", one.get("number")) for one in whole["items"]]
        assert [one.get("id", one.get("number")) for one in found][: len(ids)] == ids
    assert len(whole["items"]) > 1


def test_listing_link_keeps_what_was_asked(ask: Ask, here: School) -> None:
    """The next part is of the same list."""
    asked = {"limit": "1", "assignment": "relu_frobenius", "state": "graded"}
    link = ask("GET", "/v1/submissions", params=asked).links["next"]["url"]
    assert link.startswith("/v1/submissions?limit=1&assignment=relu_frobenius&state=graded&cursor=")
    assert [one["id"] for one in ask("GET", link).json()["items"]] == [str(here.ada.graded)]


def test_listing_what_comes_between_two_parts_moves_nothing(ask: Ask, here: School) -> None:
    """Newer ones stand before the first part, and nothing is seen twice."""
    first = ask("GET", "/v1/submissions", params={"limit": 2}).json()
    work = {"assignment": "b", "files": {"s.py": {"text": ""}}}
    assert ask("POST", "/v1/submissions", here.ada.secret, json=work).status_code == 202
    second = ask("GET", "/v1/submissions", params={"limit": 2, "cursor": first["next"]}).json()
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 4
    assert second["next"] is None


@pytest.mark.parametrize(
    "foreign",
    [
        "x",
        "ä",
        "AAAA",
        cursor(),
        cursor("2026-11-22T06:00:00+00:00"),
        cursor("2026-11-22T06:00:00+00:00", "no id"),
        cursor("2026-11-22T06:00:00+00:00", 7),
        cursor("0001-01-01T00:00:00+23:59", "00000000-0000-0000-0000-000000000000"),
        cursor("2026-11-22T06:00:00+00:00", "\x00"),
        base64.urlsafe_b64encode(b"[" * 700).decode(),
    ],
)
def test_listing_foreign_cursor_leads_nowhere(ask: Ask, foreign: str) -> None:
    """Whatever is in it."""
    answer = ask("GET", "/v1/submissions", params={"cursor": foreign})
    assert answer.status_code == 404
    assert answer.json()["detail"] == "this cursor leads nowhere; take `next` of the part before"


@pytest.mark.parametrize(
    ("path", "foreign"),
    [("/v1/audit", cursor("9" * 30)), ("/v1/assignments", cursor("a\0b")), ("/v1/assignments", cursor("\ud800"))],
)
def test_listing_cursor_that_the_database_could_not_take_leads_nowhere(ask: Ask, path: str, foreign: str) -> None:
    """Numbers beyond 64 bits, and text that is none."""
    assert ask("GET", path, params={"cursor": foreign}).status_code == 404
