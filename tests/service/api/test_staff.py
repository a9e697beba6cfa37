"""One of the staff who may do everything lets others in."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from grader.service import tokens
from grader.service.access import Scope
from grader.service.tables import now
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


def test_post_link_with_a_token_that_may_not_do_everything_is_refused(ask: Ask, here: School) -> None:
    """Who signs in may do everything: a weaker token would make a stronger one of itself."""
    with here.database.writing() as session:
        weak = tokens.issue(session, set(Scope) - {Scope.GRADE, Scope.PEOPLE}, staff_id=here.staff_id).secret
    refused = ask("POST", f"/v1/staff/{here.staff_id}/sign-in-links", weak, json={})
    assert refused.status_code == 403
    assert refused.json()["detail"] == "a link is good for everything, and the token is not: it lacks grade, people"


def test_post_link_lasts_no_longer_than_the_token_that_asks_for_it(ask: Ask, here: School) -> None:
    """Who has a secret for an hour cannot come back with a link tomorrow; to learners neither."""
    with here.database.writing() as session:
        short = tokens.issue(session, set(Scope), staff_id=here.staff_id, lasts=timedelta(hours=1)).secret
    for path in (f"/v1/staff/{here.staff_id}", f"/v1/learners/{here.ada.id}"):
        ends = [
            datetime.fromisoformat(ask("POST", f"{path}/sign-in-links", who, json={"hours": 9}).json()["expires_at"])
            for who in (short, here.secret)
        ]
        assert ends[0] <= now() + timedelta(hours=1)
        assert ends[1] > now() + timedelta(hours=8)


def test_delete_lets_nobody_in_any_more(ask: Ask, here: School) -> None:
    """By token or by a browser's cookie; who did it is in the audit, and a second time there is nobody to remove."""
    path = ask("POST", "/v1/staff", json={"name": "B. Assistant"}).headers["Location"]
    one = path.rpartition("/")[2]
    secret = ask("POST", "/v1/tokens", json={"scopes": ["read"], "staff": one}).json()["secret"]
    with here.database.writing() as session:
        browser = tokens.issue(session, ["session"], staff_id=UUID(one)).secret
    cookie = {"Cookie": f"grader={browser}"}
    assert ask("GET", "/staff", None, headers=cookie, follow_redirects=False).status_code == 200
    assert ask("DELETE", path).status_code == 204
    assert ask("GET", "/v1/me", secret).status_code == 401
    assert (
        ask("GET", "/staff", None, headers={"Cookie": f"grader={browser}"}, follow_redirects=False).status_code != 200
    )
    assert [ask(method, path).json()["detail"] for method in ("GET", "DELETE")] == [
        "there is no such one of the staff"
    ] * 2
    noted = ask("GET", "/v1/audit", params={"object": f"staff:{one}"}).json()["items"]
    assert {("remove", f"staff:{here.staff_id}")} <= {(entry["action"], entry["actor"]) for entry in noted}


def test_delete_last_one_is_refused_and_oneself_is_not(ask: Ask, here: School) -> None:
    """Somebody has to be left who can let others in."""
    mine = f"/v1/staff/{here.staff_id}"
    refused = ask("DELETE", mine)
    assert (refused.status_code, refused.json()["detail"]) == (409, "the last of the staff stays")
    assert ask("GET", mine).status_code == 200
    ask("POST", "/v1/staff", json={"name": "B. Assistant"})
    assert ask("DELETE", mine).status_code == 204
    assert ask("GET", mine).status_code == 401
