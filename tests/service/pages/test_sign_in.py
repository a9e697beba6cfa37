"""Signing in and out in a browser."""

from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI

from grader.service import people
from grader.service.database import Database
from grader.service.pages import security
from grader.service.tables import Membership, Token
from grader.service.tokens import holder, issue
from tests.service.pages.conftest import Visitor, link_of


def test_link_shown_is_not_used_up_until_the_button_is_pressed(app: FastAPI, database: Database, ann: UUID) -> None:
    """Whoever scans mail opens links."""
    secret = link_of(database, ann)
    scanner, ann_herself = Visitor(app), Visitor(app)
    for _ in range(2):
        assert 'method="post"' in scanner.page(f"/sign-in?token={secret}")
    assert ann_herself.send("/sign-in", on=f"/sign-in?token={secret}", link=secret).status_code == 303
    assert "Ann Example" in ann_herself.page("/")


def test_link_used_twice_signs_in_once(app: FastAPI, database: Database, ann: UUID) -> None:
    """The second one reads what to do."""
    secret = link_of(database, ann)
    first, second = Visitor(app), Visitor(app)
    assert first.send("/sign-in", link=secret).status_code == 303
    refused = second.send("/sign-in", link=secret)
    assert (refused.status_code, "This link is used up" in refused.text) == (403, True)
    assert second.get("/").headers["location"] == "/sign-in"


def test_token_for_a_program_signs_nobody_in_and_stays_good(app: FastAPI, database: Database, ann: UUID) -> None:
    """It is neither a link nor a cookie."""
    with database.writing() as session:
        secret = issue(session, ["submit"], learner_id=ann).secret
    visitor = Visitor(app)
    assert visitor.send("/sign-in", link=secret).status_code == 403
    visitor.client.cookies.set("grader", secret)
    assert visitor.get("/").headers["location"] == "/sign-in"
    with database.reading() as session:
        assert holder(session, secret) is not None


def test_link_itself_is_no_session(app: FastAPI, database: Database, ann: UUID) -> None:
    """Put into the cookie it opens nothing."""
    visitor = Visitor(app)
    visitor.client.cookies.set("grader", link_of(database, ann))
    assert visitor.get("/").headers["location"] == "/sign-in"


def test_secret_that_somebody_planted_is_replaced_at_sign_in(app: FastAPI, database: Database, ann: UUID) -> None:
    """Session fixation: whoever planted it stays outside."""
    planted = "planted-by-somebody-else"
    visitor = Visitor(app)
    visitor.client.cookies.set("grader", planted, domain="testserver.local")
    secret = link_of(database, ann)
    answer = visitor.send("/sign-in", link=secret)
    assert answer.status_code == 303
    assert planted not in answer.headers["set-cookie"]
    attacker = Visitor(app)
    attacker.client.cookies.set("grader", planted)
    assert attacker.get("/").headers["location"] == "/sign-in"


def test_session_of_before_ends_when_another_signs_in(
    app: FastAPI, database: Database, ann: UUID, anns_browser: Visitor
) -> None:
    """At a shared computer the earlier one is gone, also for whoever copied the cookie."""
    before = anns_browser.client.cookies["grader"]
    anns_browser.send("/sign-in", link=link_of(database, ann))
    assert anns_browser.client.cookies["grader"] != before
    with database.reading() as session:
        assert holder(session, before) is None


def test_sign_out_ends_the_session_on_the_server(app: FastAPI, database: Database, anns_browser: Visitor) -> None:
    """And not only in the browser."""
    secret = anns_browser.client.cookies["grader"]
    answer = anns_browser.send("/sign-out", on="/")
    assert answer.headers["location"] == "/sign-in?done=signed-out"
    assert "You have signed out." in anns_browser.page("/sign-in?done=signed-out")
    again = Visitor(app)
    again.client.cookies.set("grader", secret)
    assert again.get("/").headers["location"] == "/sign-in"


def test_session_lasts_twelve_hours(database: Database, anns_browser: Visitor) -> None:
    """As the page says."""
    with database.reading() as session:
        one = session.query(Token).filter_by(scopes="session").one()
        assert one.expires_at is not None
        assert round((one.expires_at - one.created_at).total_seconds()) == 12 * 3600


def test_sessions_that_were_over_long_ago_are_forgotten(app: FastAPI, database: Database, ann: UUID) -> None:
    """And nothing else: tokens of programs stay to be seen."""
    with database.writing() as session:
        for days, scopes in ((31, "session"), (29, "session"), (31, "read")):
            issue(session, [scopes], learner_id=ann, label=f"{days} {scopes}", lasts=-timedelta(days=days))
    Visitor(app).send("/sign-in", link=link_of(database, ann))
    with database.reading() as session:
        labels = {one.label for one in session.query(Token)}
    assert labels == {"29 session", "31 read", "browser", ""}


def test_cookie_is_out_of_reach_of_scripts_and_other_sites(app: FastAPI, database: Database, ann: UUID) -> None:
    """Over https no other host can set it either."""
    visitor = Visitor(app)
    answer = visitor.send("/sign-in", link=link_of(database, ann))
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
    visitor.client.base_url = "https://testserver"
    answer = visitor.send("/sign-in", link=link_of(database, ann))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-grader=")
    assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie.lower()
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_who_cannot_sign_in_holds_up_nobody(
    nobody: Visitor, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that writes makes those wait who hand in; strangers begin none."""

    def refused() -> None:
        raise AssertionError("a stranger writes")

    monkeypatch.setattr(database, "writing", refused)
    assert nobody.send("/sign-in", link="grader_guessed").status_code == 403
    assert nobody.send("/sign-out").status_code == 303


def test_links_begin_with_our_address_whatever_host_was_asked_for(
    teacher: Visitor, database: Database, ann: UUID
) -> None:
    """Else whoever can forge a request has a class send its secrets elsewhere."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
        session.add(Membership(class_id="c", learner_id=ann))
        staff_id = people.create_staff(session, "B. Assistant")
    csrf = security.token(teacher.client.cookies["grader"])
    for address in (
        "/staff/classes/c/links",
        f"/staff/learners/{ann}/link",
        "/staff/people",
        f"/staff/people/{staff_id}/link",
    ):
        answer = teacher.client.post(
            address, data={"csrf": csrf, "name": "C"}, headers={"Host": "elsewhere.example", "X-Forwarded-Host": "x"}
        )
        assert "http://127.0.0.1:8000/sign-in?token=" in answer.text, address
        assert "elsewhere.example" not in answer.text, address
