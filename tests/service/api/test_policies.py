"""A policy is set as a whole, and said again as it was set."""

import pytest

from tests.service.api.conftest import Ask
from tests.service.api.school import School

DEFAULTS = {
    "opens_at": None,
    "due_at": None,
    "closes_at": None,
    "late_percent": 0.0,
    "attempts": None,
    "counts": "best",
    "shown_before": ["diagnosis", "hidden_count"],
    "shown_after": ["derivation", "diagnosis", "hidden_cases", "hidden_count"],
}


def test_get_of_an_assignment_without_one_has_the_defaults(ask: Ask, here: School) -> None:
    """Learners see it too: it is the rules that they work by."""
    assert ask("GET", "/v1/assignments/b/policy", here.ada.secret).json() == DEFAULTS


def test_put_replaces_it_and_is_in_the_audit(ask: Ask) -> None:
    """What is left out has its default again; times are in UTC."""
    sent = {"due_at": "2026-12-01T23:59:00+01:00", "late_percent": 10, "attempts": 3, "shown_before": []}
    answer = ask("PUT", "/v1/assignments/b/policy", json=sent)
    expected = {**DEFAULTS, **sent, "due_at": "2026-12-01T22:59:00Z", "late_percent": 10.0}
    assert (answer.status_code, answer.json()) == (200, expected)
    assert ask("GET", "/v1/assignments/b/policy").json() == expected
    assert ask("PUT", "/v1/assignments/b/policy", json={}).json() == DEFAULTS
    noted = ask("GET", "/v1/audit", params={"object": "assignment:b"}).json()["items"]
    assert [one["action"] for one in noted][:2] == ["policy", "policy"]


def test_put_times_that_contradict_each_other_are_refused(ask: Ask) -> None:
    """And nothing is changed."""
    sent = {"due_at": "2026-12-01T00:00:00Z", "closes_at": "2026-11-01T00:00:00Z"}
    answer = ask("PUT", "/v1/assignments/b/policy", json=sent)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "an assignment opens before it is due, and closes no sooner than that"
    answer = ask("PUT", "/v1/assignments/b/policy", json={"due_at": "2026-12-01T00:00:00"})
    assert [one["pointer"] for one in answer.json()["errors"]] == ["#/due_at"]
    assert ask("GET", "/v1/assignments/b/policy").json() == DEFAULTS


@pytest.mark.parametrize("time", [0, 1.5, True, "0", "1700000000", "2026-12-01", "2026-12-01 00:00:00Z", "soon", ""])
def test_put_time_that_is_none_is_refused(ask: Ask, time: object) -> None:
    """Nobody means 1970."""
    answer = ask("PUT", "/v1/assignments/b/policy", json={"opens_at": time})
    expected = "input should be a time, as 2026-11-30T23:59:00+01:00"
    assert answer.json()["errors"] == [{"detail": expected, "pointer": "#/opens_at"}]
