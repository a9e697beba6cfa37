"""What people read when something cannot be shown or done."""

from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from grader.service import app as whole
from grader.service import people, tokens
from grader.service.database import Database
from grader.service.pages import sheet as sheet_module
from grader.service.settings import Settings
from grader.service.tokens import issue
from tests.service.pages.conftest import Visitor, link_of, signed_in


def test_page_that_is_not_there_says_so_in_the_readers_language(nobody: Visitor) -> None:
    """With a way on."""
    answer = nobody.get("/nothing", Accept_Language="zh-CN,zh;q=0.9")
    assert answer.status_code == 404
    assert "<h1>这里什么也没有</h1>" in answer.text
    assert '<html lang="zh-CN">' in answer.text
    assert '<a class="button" href="/">返回首页</a>' in answer.text


def test_id_that_is_none_is_the_address_of_nothing(anns_browser: Visitor) -> None:
    """And no fault of a form."""
    assert anns_browser.get("/submissions/x").status_code == 404
    assert anns_browser.get("/submissions/%00").status_code == 404


def test_form_that_lacks_something_says_so(teacher: Visitor) -> None:
    """As 422."""
    answer = teacher.send("/staff/classes", on="/staff/classes", title="T", id="no spaces")
    assert answer.status_code == 422
    assert "A field of the form is empty, or not what was expected." in answer.text


def test_fault_of_ours_says_nothing_of_it(
    app: FastAPI, database: Database, ann: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the language of the reader, with the headers of every page."""
    visitor = signed_in(app, link_of(database, ann))
    careless = Visitor(app, raises=False)
    careless.client.cookies = visitor.client.cookies

    def fails(*_: object) -> None:
        raise ValueError("the secret of ann")

    monkeypatch.setattr(sheet_module, "versions", fails)
    answer = careless.get("/?lang=zh-CN")
    assert answer.status_code == 500
    assert "我们这边出了问题。" in answer.text
    assert "secret of ann" not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]


def test_database_that_is_away_is_waited_for(
    app: FastAPI, database: Database, anns_browser: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where it is asked who visits; nobody is signed out by it."""

    def away(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(sheet_module, "versions", away)
    first = anns_browser.get("/")
    monkeypatch.setattr(tokens, "holder", away)
    for answer in (first, anns_browser.get("/")):
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "5"
        assert "Nothing that was handed in is lost." in answer.text


def test_too_much_at_once_and_too_often_are_refused(database: Database, ann: UUID, tmp_path: Path, sheet: str) -> None:
    """By the limits of the whole service, with a page for people."""
    small = whole.create(Settings(data=tmp_path, most_body_bytes=10_000, rate_learner="20/minute"), database)
    visitor = signed_in(small, link_of(database, ann))
    big = [("files", ("a.py", b"#" * 20_000))]
    answer = visitor.send("/assignments/a/submissions", on="/", files=big)
    assert answer.status_code == 413
    assert "What was sent is larger than we take." in answer.text
    answer = next(answer for _ in range(30) if (answer := visitor.get("/")).status_code != 200)
    assert answer.status_code == 429
    assert "Please wait a little, and try again." in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_pages_and_programs_of_a_learner_are_counted_together(database: Database, ann: UUID, tmp_path: Path) -> None:
    """Who asks by both ways gets no more of the service for it; who else asks, is not held up."""
    small = whole.create(Settings(data=tmp_path, rate_learner="6/minute"), database)
    visitor = signed_in(small, link_of(database, ann))
    with database.writing() as session:
        shown = {whose: issue(session, ["read"], learner_id=whose).secret for whose in (ann, people.create(session))}

    def program(whose: UUID) -> int:
        return visitor.client.get("/v1/me", headers={"Authorization": f"Bearer {shown[whose]}"}).status_code

    assert [visitor.get("/").status_code for _ in range(3)] == [200] * 3
    assert [program(ann) for _ in range(4)] == [200, 200, 200, 429]
    assert visitor.get("/").status_code == 429
    assert {program(whose) for whose in shown if whose != ann} == {200}
