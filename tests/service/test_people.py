"""Learners are known by their login, if at all, and what is known can be seen."""

from uuid import uuid4

import pytest

from grader.service.database import Database
from grader.service.people import change, create, create_class, create_staff, find, members, named
from grader.service.refusals import RefusedError, TakenError, UnknownError
from grader.service.tables import Class, Learner, Staff


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
