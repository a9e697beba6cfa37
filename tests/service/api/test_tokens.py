"""A token makes others that are good for as much as itself, or less, and for as long, or shorter."""

from datetime import datetime, timedelta

import pytest

from grader.service import tokens
from grader.service.access import Scope
from grader.service.tables import now
from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_post_secret_is_shown_once_and_opens_what_was_asked(ask: Ask, here: School) -> None:
    """Nobody finds it again."""
    new = {"label": "cron", "scopes": ["read", "read"], "days": 30}
    answer = ask("POST", "/v1/tokens", here.ada.secret, json=new)
    assert answer.status_code == 201
    secret = answer.json()["secret"]
    assert ask("GET", "/v1/me", secret).json()["scopes"] == ["read"]
    work = {"assignment": "b", "files": {"s.py": {"text": ""}}}
    refused = ask("POST", "/v1/submissions", secret, json=work)
    assert (refused.status_code, refused.json()["detail"]) == (403, "the token has not the scope submit")
    shown = ask("GET", answer.headers["Location"], here.ada.secret)
    assert shown.json() == {name: value for name, value in answer.json().items() if name != "secret"}
    assert shown.json()["learner"] == str(here.ada.id)


@pytest.mark.parametrize("scopes", [["admin"], ["read", "grade"]])
def test_post_scopes_beyond_ones_own_are_refused(ask: Ask, here: School, scopes: list[str]) -> None:
    """A learner's, and those of a weaker token of the staff."""
    with here.database.writing() as session:
        weak = tokens.issue(session, ["read", "people"], staff_id=here.staff_id).secret
    for secret in (here.ada.secret, weak):
        answer = ask("POST", "/v1/tokens", secret, json={"scopes": scopes})
        assert answer.status_code == 403
        expected = f"a token cannot give what it has not, or its holder may not have: {scopes[-1]}"
        assert answer.json()["detail"] == expected


def test_post_for_a_learner_is_never_for_more_than_learners_may(ask: Ask, here: School) -> None:
    """Though who asks may do everything."""
    answer = ask("POST", "/v1/tokens", json={"scopes": ["read", "submit"], "learner": str(here.ada.id)})
    assert (answer.status_code, answer.json()["learner"], answer.json()["staff"]) == (201, str(here.ada.id), None)
    assert ask("POST", "/v1/tokens", json={"scopes": ["grade"], "learner": str(here.ada.id)}).status_code == 403


def test_post_lasts_no_longer_than_what_it_is_made_with(ask: Ask, here: School) -> None:
    """Who has a secret for a day cannot make one for ever of it."""
    with here.database.writing() as session:
        short = tokens.issue(session, ["read"], staff_id=here.staff_id, lasts=timedelta(days=1)).secret
    ends = [ask("POST", "/v1/tokens", short, json={"scopes": ["read"], **more}).json() for more in ({}, {"days": 7})]
    for end in ends:
        assert datetime.fromisoformat(end["expires_at"]) <= now() + timedelta(days=1)
    assert ask("POST", "/v1/tokens", json={"scopes": ["read"]}).json()["expires_at"] is None


def test_post_for_two_is_refused(ask: Ask, here: School) -> None:
    """A token is somebody's."""
    body = {"scopes": ["read"], "learner": str(here.ada.id), "staff": str(here.staff_id)}
    answer = ask("POST", "/v1/tokens", json=body)
    assert answer.json()["errors"] == [{"detail": "a token is a learner's, or one of the staff's", "pointer": "#"}]


def test_delete_closes_at_once(ask: Ask, here: School) -> None:
    """Also its own door; it is not there any more, and cannot be deleted twice."""
    path = f"/v1/tokens/{here.ada.token_id}"
    assert ask("DELETE", path, here.ada.secret).status_code == 204
    assert ask("GET", "/v1/me", here.ada.secret).status_code == 401
    assert [ask(method, path).status_code for method in ("GET", "DELETE")] == [404, 404]
    assert ask("GET", "/v1/tokens", params={"learner": str(here.ada.id)}).json()["items"] == []


def test_get_all_are_ones_own_or_a_learners(ask: Ask, here: School) -> None:
    """Without those that sign in; the staff of the scope `people` see those of learners."""
    with here.database.writing() as session:
        tokens.issue(session, ["session"], learner_id=here.ada.id)
        tokens.issue(session, ["read"], learner_id=here.ada.id, lasts=timedelta(seconds=-1))
    expected = [str(here.ada.token_id)]
    assert [one["id"] for one in ask("GET", "/v1/tokens", here.ada.secret).json()["items"]] == expected
    asked = {"learner": str(here.ada.id)}
    assert [one["id"] for one in ask("GET", "/v1/tokens", params=asked).json()["items"]] == expected
    assert len(ask("GET", "/v1/tokens").json()["items"]) == 1


def test_get_all_of_another_of_the_staff_needs_the_scope_admin(ask: Ask, here: School) -> None:
    """Who keeps the staff sees what each of them has; of a learner and of the staff at once there is nothing."""
    other = ask("POST", "/v1/staff", json={"name": "B. Assistant"}).json()["id"]
    made = ask("POST", "/v1/tokens", json={"scopes": ["read"], "staff": other}).json()
    with here.database.writing() as session:
        weak = tokens.issue(session, set(Scope) - {Scope.ADMIN}, staff_id=here.staff_id).secret
    asked = {"staff": other}
    assert [one["id"] for one in ask("GET", "/v1/tokens", params=asked).json()["items"]] == [made["id"]]
    for secret in (weak, here.ada.secret):
        refused = ask("GET", "/v1/tokens", secret, params=asked)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "only staff with the scope admin may see other people's tokens"
    refused = ask("GET", "/v1/tokens", here.ada.secret, params={"learner": str(here.bob.id)})
    assert refused.json()["detail"] == "only staff with the scope people may see other people's tokens"
    own = {"staff": str(here.staff_id)}
    assert len(ask("GET", "/v1/tokens", weak, params=own).json()["items"]) == 2
    both = {"staff": str(here.staff_id), "learner": str(here.ada.id)}
    assert ask("GET", "/v1/tokens", params=both).json()["items"] == []


def test_post_one_too_many_is_refused_until_one_is_taken_back(
    ask: Ask, here: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever may ask so often with a token would make many."""
    monkeypatch.setattr("grader.service.api.tokens.MOST_TOKENS", 2)
    new = {"scopes": ["read"]}
    first, second = (ask("POST", "/v1/tokens", here.ada.secret, json=new) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["detail"] == "there are 2 tokens; take one back"
    assert ask("POST", "/v1/tokens", here.bob.secret, json=new).status_code == 201
    assert ask("DELETE", first.headers["Location"], here.ada.secret).status_code == 204
    assert ask("POST", "/v1/tokens", here.ada.secret, json=new).status_code == 201


def test_delete_closes_what_was_made_with_it_too(ask: Ask, here: School) -> None:
    """Whoever found a secret made others of it, and links, for whomever it could; what a person made stays."""
    new = {"scopes": ["read", "people"]}
    stolen = ask("POST", "/v1/tokens", json=new).json()
    hidden = ask("POST", "/v1/tokens", stolen["secret"], json=new).json()
    ada = ask("POST", "/v1/tokens", hidden["secret"], json={"scopes": ["read"], "learner": str(here.ada.id)}).json()
    url = ask("POST", f"/v1/learners/{here.ada.id}/sign-in-links", hidden["secret"], json={}).json()["url"]
    assert ask("DELETE", f"/v1/tokens/{stolen['id']}").status_code == 204
    assert [ask("GET", "/v1/me", one["secret"]).status_code for one in (stolen, hidden, ada)] == [401] * 3
    with here.database.writing() as session:
        assert tokens.spend(session, url.rpartition("=")[2]) is None
    assert [ask("GET", "/v1/me", secret).status_code for secret in (here.secret, here.ada.secret)] == [200] * 2
