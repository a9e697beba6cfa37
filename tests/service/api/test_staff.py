"""One of the staff who may do everything lets others in."""

from uuid import uuid4

from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_post_is_found_again_and_let_in(ask: Ask, here: School) -> None:
    """By a link, as learners are."""
    answer = ask("POST", "/v1/staff", json={"name": "B. Assistant"})
    assert answer.status_code == 201
    assert ask("GET", answer.headers["Location"]).json() == answer.json()
    assert [one["name"] for one in ask("GET", "/v1/staff").json()["items"]] == ["A. Teacher", "B. Assistant"]
    link = ask("POST", f"{answer.headers['Location']}/sign-in-links", json={})
    assert link.json()["url"].startswith("http://127.0.0.1:8000/sign-in?token=grader_")
    nobody = uuid4()
    for refused in (ask("GET", f"/v1/staff/{nobody}"), ask("POST", f"/v1/staff/{nobody}/sign-in-links", json={})):
        assert (refused.status_code, refused.json()["detail"]) == (404, "there is no such one of the staff")
    assert here.staff_id != nobody
