"""Learners are known by their login, if at all, and what is known can be seen."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from grader.service import tokens
from grader.service.assignments import publish
from grader.service.database import Database
from grader.service.overriding import override
from grader.service.people import change, create, create_class, create_staff, find, members, named, remove_staff
from grader.service.refusals import LastError, RefusedError, TakenError, UnknownError
from grader.service.tables import Class, Learner, Override, Staff
from tests.service.handed import ASSIGNMENT


def test_create_learner_is_found_by_the_login(database: Database) -> None:
    """Of one without a name there is only the number."""
    with database.writing() as session:
        ann, nobody = create(session, " ann ", "Ann Bär", ""), create(session)
        assert (find(session, "ann"), find(session, "bob")) == (ann, None)
        known = named(session, [ann, nobody, uuid4()])
        assert {one: (person.login, person.name, person.mail) for one, person in known.items()} == {
            ann: ("ann", "Ann Bär", None)
        }
        assert session.get(Learner, nobody) is not None
        with pytest.raises(TakenError) as error:
            create(session, "ann")
    assert str(error.value) == "another learner has this login"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_create_text_that_cannot_be_seen_is_refused(database: Database) -> None:
    """It would be shown to others."""
    with database.writing() as session:
        for what, given in (
            ("login", {"login": "a\nb"}),
            ("name", {"name": "A\u202eB"}),
            ("mail", {"mail": "\x1b[2J"}),
        ):
            with pytest.raises(RefusedError) as error:
                create(session, **given)
            assert str(error.value) == f"this {what} has a character that cannot be seen"
        with pytest.raises(RefusedError) as error:
            create(session, "l" * 256)
        assert str(error.value) == "a login has 255 characters at most"
        with pytest.raises(RefusedError) as error:
            create_staff(session, " ")
        assert str(error.value) == "one of the staff needs a name"


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_change_says_whether_anything_was_changed(database: Database) -> None:
    """Of somebody of whom nothing is known there is nothing to change."""
    with database.writing() as session:
        ann = create(session, "ann", "Ann")
        assert not change(session, ann, name="Ann ", mail=None)
        assert change(session, ann, name="Ann B.", mail="a@example.org")
        assert named(session, [ann])[ann].mail == "a@example.org"
        with pytest.raises(UnknownError):
            change(session, uuid4(), name="X", mail=None)


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_create_staff_and_class(database: Database) -> None:
    """A class is empty at first, and its id is its own."""
    with database.writing() as session:
        teacher = create_staff(session, "A. Teacher")
        create_class(session, "c", "Calculus")
        assert members(session, "c") == []
        with pytest.raises(TakenError) as error:
            create_class(session, "c", "Other")
        assert str(error.value) == "another class has this id"
        assert session.get_one(Staff, teacher).name == "A. Teacher"
        assert session.get_one(Class, "c").title == "Calculus"


def test_remove_staff_takes_tokens_and_leaves_grades(database: Database) -> None:
    """What was made with a token too, whosever it is; what others have stays."""
    publish(database, ASSIGNMENT, "a.yaml")
    with database.writing() as session:
        gone, stays = create_staff(session, "G. Gone"), create_staff(session, "S. Stays")
        ann = create(session, "ann")
        override(session, "a", ann, 1.0, "oral exam", gone)
        own = tokens.issue(session, ["admin"], staff_id=gone)
        browser = tokens.issue(session, ["session"], staff_id=gone)
        made = tokens.issue(session, ["read"], learner_id=ann, parent_id=own.token_id)
        others = [tokens.issue(session, ["read"], staff_id=stays), tokens.issue(session, ["read"], learner_id=ann)]
        remove_staff(session, gone)
    with database.reading() as session:
        assert [tokens.holder(session, one.secret) for one in (own, browser, made)] == [None] * 3
        assert all(tokens.holder(session, one.secret) for one in others)
        assert session.scalars(select(Staff.id)).all() == [stays]
        assert [(one.score, one.staff_id) for one in session.scalars(select(Override))] == [(1.0, None)]


def test_remove_staff_last_one_stays(database: Database) -> None:
    """Also if two remove each other at the same time; who is not there cannot be removed."""
    with database.writing() as session:
        both = [create_staff(session, name) for name in ("A", "B")]

    def removed(one: UUID) -> bool:
        try:
            with database.writing() as session:
                remove_staff(session, one)
        except LastError:
            return False
        return True

    with ThreadPoolExecutor(1) as threads:
        with database.writing() as session:
            remove_staff(session, both[0])
            other = threads.submit(removed, both[1])
            time.sleep(0.2)  # so that it has looked, if it looks before this one is done
        assert not other.result()
    with database.writing() as session:
        (left,) = session.scalars(select(Staff.id)).all()
        with pytest.raises(LastError) as last:
            remove_staff(session, left)
        with pytest.raises(UnknownError) as unknown:
            remove_staff(session, uuid4())
    assert str(last.value) == "the last of the staff stays"
    assert str(unknown.value) == "there is no such one of the staff"
