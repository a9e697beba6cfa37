"""The staff itself."""

from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import select

from grader.service.database import Database
from grader.service.tables import Audit, Staff
from tests.service.pages.conftest import Visitor, signed_in

PAGE = "/staff/people"


def test_invited_one_signs_in_by_the_link(app: FastAPI, teacher: Visitor) -> None:
    """As one of the staff; another link can be made."""
    answer = teacher.send(PAGE, on=PAGE, name="B. Assistant")
    secret = answer.text.partition("/sign-in?token=")[2].partition("<")[0]
    invited = signed_in(app, secret)
    assert invited.get("/").headers["location"] == "/staff"
    page = invited.page(PAGE)
    assert "B. Assistant" in page
    other = UUID(page.partition(f'action="{PAGE}/')[2].partition("/")[0])
    assert "/sign-in?token=" in teacher.send(f"{PAGE}/{other}/link", on=PAGE).text
    assert teacher.send(f"{PAGE}/{UUID(int=1)}/link", on=PAGE).status_code == 404


def test_name_that_is_none_is_refused(teacher: Visitor) -> None:
    """With a sentence."""
    answer = teacher.send(PAGE, on=PAGE, name="  ")
    assert answer.status_code == 422
    assert "one of the staff needs a name" in answer.text


def test_one_is_removed_after_a_second_press(app: FastAPI, teacher: Visitor, database: Database) -> None:
    """Whoever it is, is let in no more; that it was done is written down."""
    assert "/remove" not in teacher.page(PAGE)
    answer = teacher.send(PAGE, on=PAGE, name="B. <i>Assistant</i>")
    invited = signed_in(app, answer.text.partition("/sign-in?token=")[2].partition("<")[0])
    page = teacher.page(PAGE)
    assert page.count('<details class="confirm">') == 2
    assert "Remove B. &lt;i&gt;Assistant&lt;/i&gt; for good" in page
    with database.reading() as session:
        other = session.scalars(select(Staff.id).where(Staff.name == "B. <i>Assistant</i>")).one()
    assert teacher.get(f"{PAGE}/{other}/remove").status_code == 405
    invited.page(PAGE)
    answer = teacher.send(f"{PAGE}/{other}/remove", on=PAGE)
    assert answer.headers["location"] == f"{PAGE}?done=removed"
    assert "Assistant" not in teacher.page(PAGE)
    assert invited.get(PAGE).status_code != 200
    assert teacher.send(f"{PAGE}/{other}/remove", on=PAGE).status_code == 404
    with database.reading() as session:
        entry = session.scalars(select(Audit).where(Audit.action == "remove")).one()
    assert (entry.actor.startswith("staff:"), entry.object) == (True, f"staff:{other}")


def test_last_one_cannot_be_removed_and_others_may_go_themselves(
    app: FastAPI, teacher: Visitor, database: Database
) -> None:
    """Else nobody could let anybody in."""
    with database.reading() as session:
        last = session.scalars(select(Staff.id)).one()
    answer = teacher.send(f"{PAGE}/{last}/remove", on=PAGE)
    assert answer.status_code == 422
    assert "the last of the staff stays" in answer.text
    assert "A. Teacher" in teacher.page(PAGE)
    teacher.send(PAGE, on=PAGE, name="B. Assistant")
    answer = teacher.send(f"{PAGE}/{last}/remove", on=PAGE)
    assert answer.headers["location"] == "/sign-in?done=signed-out"
    assert teacher.get(PAGE).status_code != 200
