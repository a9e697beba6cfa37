"""Nothing that the service answers is kept, guessed at, run or framed, unless the answer says otherwise itself."""

import pytest

from tests.service.api.conftest import Ask, ask, here, model  # noqa: F401 — fixtures
from tests.service.api.school import School

INERT = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def said(ask: Ask, path: str, secret: str | None, status: int = 200) -> dict[str, str | None]:  # noqa: F811
    """Of those headers, what an answer says."""
    answer = ask("GET", path, secret)
    assert answer.status_code == status, path
    return {name: answer.headers.get(name) for name in INERT}


def test_headers_answers_for_programs_are_inert(ask: Ask, here: School) -> None:  # noqa: F811
    """Bodies, problems, the document, and how the service feels."""
    for path in ("/v1/me", "/v1/submissions", "/v1/audit", f"/v1/learners/{here.ada.id}"):
        assert said(ask, path, here.secret) == INERT, path
    for path, status in (("/healthz", 200), ("/readyz", 200), ("/metrics", 403), ("/v1/openapi.json", 200)):
        assert said(ask, path, None, status) == INERT, path
    for path, status in (("/v1/me", 401), ("/v1/nothing", 404)):
        assert said(ask, path, None, status) == INERT, path


def test_headers_mistake_of_ours_is_inert(ask: Ask, here: School, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """What answers then stands outside of all else."""
    monkeypatch.setattr("grader.service.access.own_submissions", lambda holder: 1 / 0)
    assert said(ask, "/v1/submissions", here.secret, 500) == INERT


def test_headers_answers_that_say_otherwise_stay(ask: Ask, here: School) -> None:  # noqa: F811
    """What has a tag may be kept by whoever asked, a file opens nowhere, and a page loads what is ours."""
    tagged = said(ask, f"/v1/submissions/{here.ada.graded}", here.ada.secret)
    assert tagged == {**INERT, "Cache-Control": "private, no-cache"}
    file = said(ask, f"/v1/submissions/{here.ada.graded}/files/0", here.ada.secret)
    expected = {"Cache-Control": "private, no-store", "Content-Security-Policy": "default-src 'none'; sandbox"}
    assert file == {**INERT, **expected}
    page = said(ask, "/sign-in", None)
    assert "script-src 'self'" in (page["Content-Security-Policy"] or "")
    style = said(ask, "/static/pages.css", None)
    assert style["Cache-Control"] == "no-cache"
