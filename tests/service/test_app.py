"""The application answers programs, people and whoever runs it, each in their way."""

from tests.service.api.conftest import Ask, ask, here, model  # noqa: F401 — fixtures


def test_create_each_kind_of_path_has_its_own_answers(ask: Ask) -> None:  # noqa: F811
    """A problem for programs, a page for people, health for whoever runs it."""
    kinds = {path: ask("GET", path, None).headers["Content-Type"] for path in ("/v1/nothing", "/nothing", "/healthz")}
    assert kinds == {
        "/v1/nothing": "application/problem+json",
        "/nothing": "text/html; charset=utf-8",
        "/healthz": "application/json",
    }
