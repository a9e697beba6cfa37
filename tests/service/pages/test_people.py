"""The staff itself."""

from uuid import UUID

from fastapi import FastAPI

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
