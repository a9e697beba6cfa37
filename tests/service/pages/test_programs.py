"""Tokens and webhooks."""

from uuid import UUID

from sqlalchemy import select

from grader.service.database import Database
from grader.service.tables import Staff, Token
from grader.service.tokens import holder, issue
from tests.service.pages.conftest import Visitor

PAGE = "/staff/access"


def test_token_is_shown_once_and_can_be_revoked(teacher: Visitor, database: Database) -> None:
    """With the scopes that were ticked."""
    answer = teacher.send(f"{PAGE}/tokens", on=PAGE, label="the LMS", scopes=["read", "grade"], days="30")
    secret = answer.text.partition('id="secret" tabindex="0">')[2].partition("<")[0]
    with database.reading() as session:
        found = holder(session, secret)
    assert found is not None
    assert found.scopes == {"read", "grade"}
    page = teacher.page(PAGE)
    assert "the LMS" in page
    assert secret not in page
    answer = teacher.send(f"{PAGE}/tokens/{found.token_id}/revoke", on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?done=revoked"
    with database.reading() as session:
        assert holder(session, secret) is None
    assert "the LMS" not in teacher.page(PAGE)


def test_token_with_a_scope_that_is_none_or_for_ever_is_refused(teacher: Visitor, database: Database) -> None:
    """`session` is none: nobody makes a session of their own."""
    for fields in ({"scopes": "session"}, {"scopes": "read", "days": "0"}, {"scopes": "read", "days": "99999"}):
        assert teacher.send(f"{PAGE}/tokens", on=PAGE, label="x", **fields).status_code == 422
    with database.reading() as session:
        assert session.scalars(select(Token).where(Token.label == "x")).all() == []


def test_token_of_another_of_the_staff_stays(teacher: Visitor, database: Database) -> None:
    """And is not listed."""
    with database.writing() as session:
        other = Staff(name="Other")
        session.add(other)
        session.flush()
        issued = issue(session, ["read"], staff_id=other.id, label="of another")
    assert "of another" not in teacher.page(PAGE)
    assert teacher.send(f"{PAGE}/tokens/{issued.token_id}/revoke", on=PAGE).status_code == 404


def test_webhook_is_told_from_now_on_until_it_is_removed(teacher: Visitor, database: Database) -> None:
    """Its secret is shown once; an address that is none is refused."""
    answer = teacher.send(f"{PAGE}/webhooks", on=PAGE, url="http://example.org", kinds="submission.graded")
    assert answer.status_code == 422
    assert "messages are sent by https only" in answer.text
    answer = teacher.send(f"{PAGE}/webhooks", on=PAGE, url="https://example.org/hook", kinds="submission.graded")
    assert "whsec_" in answer.text
    page = teacher.page(PAGE)
    assert "https://example.org/hook" in page
    assert "whsec_" not in page
    webhook = UUID(page.partition(f"{PAGE}/webhooks/")[2].partition("/")[0])
    assert teacher.send(f"{PAGE}/webhooks/{webhook}/remove", on=PAGE).status_code == 303
    assert "https://example.org/hook" not in teacher.page(PAGE)
    assert teacher.send(f"{PAGE}/webhooks/{webhook}/remove", on=PAGE).status_code == 404
