"""Classes, rosters and links."""

import csv
import io
from uuid import UUID

from fastapi import FastAPI
from httpx import Response

from grader.service import people
from grader.service.database import Database
from tests.service.pages.conftest import Visitor, signed_in

ROSTER = b"login;name;mail\nada;Ada L.;ada@example.org\nbob;=cmd|' /C calc'!A0;\n"


def taken(teacher: Visitor, data: bytes = ROSTER) -> Response:
    """Bring a roster."""
    files = [("file", ("roster.csv", data))]
    return teacher.send("/staff/classes/c/roster", on="/staff/classes/c", files=files)


def test_class_is_made_once(teacher: Visitor) -> None:
    """A second one of the same short name is refused."""
    page = "/staff/classes"
    assert "There are no classes yet." in teacher.page(page)
    answer = teacher.send(page, on=page, title="Optimisation", id="c")
    assert answer.headers["location"] == "/staff/classes/c?done=class"
    assert "Optimisation" in teacher.page(page)
    answer = teacher.send(page, on=page, title="Another", id="c")
    assert answer.status_code == 422
    assert "another class has this id" in answer.text
    assert teacher.get("/staff/classes/d").status_code == 404


def test_roster_says_what_became_of_it(teacher: Visitor, database: Database) -> None:
    """The same again changes nothing; one that is none is refused with its line."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
    page = taken(teacher).text
    assert "2 are new in the class: Ada L., =cmd|&#39; /C calc&#39;!A0" in page
    page = taken(teacher, b"login,name\nada,Ada Lovelace\n").text
    assert "1 has another name or mail address now: Ada Lovelace" in page
    assert "1 is in the class and not on the roster, and stays" in page
    answer = taken(teacher, b"login,name\nada,A\nada,B\n")
    assert answer.status_code == 422
    assert "line 3: the login ada stands in line 2 too" in answer.text
    assert (
        teacher.send("/staff/classes/d/roster", on="/staff/classes/c", files=[("file", ("r", b""))]).status_code == 404
    )


def test_links_for_all_sign_everybody_in(app: FastAPI, teacher: Visitor, database: Database) -> None:
    """As a table that no spreadsheet computes."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
    taken(teacher)
    answer = teacher.send("/staff/classes/c/links", on="/staff/classes/c")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["login"] for row in rows] == ["ada", "bob"]
    assert rows[1]["name"] == "'=cmd|' /C calc'!A0"
    for row in rows:
        address, _, secret = row["link"].partition("?token=")
        assert address == "http://127.0.0.1:8000/sign-in"
        assert "Assignments" in signed_in(app, secret).page("/")


def test_link_for_one_is_shown_once(app: FastAPI, teacher: Visitor, ann: UUID, database: Database) -> None:
    """And signs in just this one."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
    answer = teacher.send(f"/staff/learners/{ann}/link", on="/staff/classes/c")
    secret = answer.text.partition("/sign-in?token=")[2].partition("<")[0]
    assert "Ann Example" in signed_in(app, secret).page("/")
    assert teacher.send(f"/staff/learners/{UUID(int=1)}/link", on="/staff/classes/c").status_code == 404


def test_learner_is_taken_out_of_a_class(teacher: Visitor, database: Database) -> None:
    """And stays a learner."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
    taken(teacher)
    with database.reading() as session:
        ada = people.find(session, "ada")
    assert teacher.send(f"/staff/classes/c/learners/{ada}/remove", on="/staff/classes/c").status_code == 303
    assert "Ada L." not in teacher.page("/staff/classes/c")
    with database.reading() as session:
        assert people.find(session, "ada") == ada


def test_refusal_is_said_in_the_readers_language(teacher: Visitor, database: Database) -> None:
    """Although what refuses knows of no language."""
    with database.writing() as session:
        people.create_class(session, "c", "C")
    teacher.get("/staff?lang=zh-CN")
    assert "第 3 行：登录名 ada 在第 2 行已经出现" in taken(teacher, b"login,name\nada,A\nada,B\n").text
