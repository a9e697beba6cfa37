"""Learners are created, found and let in."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from grader.service import tokens
from tests.service.api.conftest import Ask
from tests.service.api.school import School


def test_post_is_found_again(ask: Ask) -> None:
    """By the id and by the login, which nobody else can have."""
    new = {"login": "eve", "name": "<b>Eve</b>", "mail": "eve@school.example"}
    answer = ask("POST", "/v1/learners", json=new)
    assert answer.status_code == 201
    assert answer.json().items() > new.items()
    assert ask("GET", answer.headers["Location"]).json() == answer.json()
    assert ask("GET", "/v1/learners", params={"login": "eve"}).json()["items"] == [answer.json()]
    again = ask("POST", "/v1/learners", json={"login": "eve"})
    assert (again.status_code, again.json()["detail"]) == (409, "another learner has this login")
    assert ask("POST", "/v1/learners", json={}).json()["login"] is None


def test_get_all_of_a_class(ask: Ask, here: School) -> None:
    """Only those who are in it."""
    ask("POST", "/v1/learners", json={"login": "eve"})
    found = ask("GET", "/v1/learners", params={"class": "c1"}).json()["items"]
    assert [one["id"] for one in found] == [str(here.ada.id), str(here.bob.id)]


def test_post_link_signs_in_once_and_opens_nothing_else(ask: Ask, here: School) -> None:
    """For the time that was asked for; it is no token for programs."""
    answer = ask("POST", f"/v1/learners/{here.ada.id}/sign-in-links", json={"hours": 2})
    assert answer.status_code == 201
    left = datetime.fromisoformat(answer.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=1.9) < left <= timedelta(hours=2)
    url = urlsplit(answer.json()["url"])
    assert (url.netloc, url.path) == ("127.0.0.1:8000", "/sign-in")
    (secret,) = parse_qs(url.query)["token"]
    with here.database.writing() as session:
        holder = tokens.spend(session, secret)
        assert holder is not None
        assert (holder.learner_id, holder.scopes) == (here.ada.id, {"sign-in"})
        assert tokens.spend(session, secret) is None
    assert ask("GET", "/v1/me", secret).status_code == 401
