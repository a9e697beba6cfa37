"""A transaction is whole or nothing, and durable; what is no database of ours is refused."""

from pathlib import Path

import pytest
from sqlalchemy import text

from grader.errors import AuthorError
from grader.service.database import Database
from grader.service.refusals import RefusedError
from grader.service.tables import Assignment, Learner
from tests.service.handed import learner


def test_writing_exception_leaves_nothing(database: Database) -> None:
    """Not even what was flushed."""

    def fail() -> None:
        with database.writing() as session:
            session.add(Learner())
            session.flush()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with database.reading() as session:
        assert session.query(Learner).count() == 0


def test_moment_read_again_is_in_utc(database: Database) -> None:
    """Also from SQLite, which forgets zones."""
    who = learner(database)
    with database.reading() as session:
        assert session.get_one(Learner, who).created_at.tzname() == "UTC"


def test_database_sqlite_waits_for_the_disk(tmp_path: Path) -> None:
    """It writes ahead, fully synchronous, and knows foreign keys; what is deleted is overwritten."""
    database = Database(f"sqlite:///{tmp_path / 'new' / 'grader.sqlite3'}")
    with database.reading() as session:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        found = [session.scalar(text(f"PRAGMA {pragma}")) for pragma in pragmas]
    assert found == ["wal", 2, 1, 1, 15000]
    database.close()


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("grader.db", "the database is no URL such as sqlite:///file or postgresql://user@host/name"),
        ("mysql://host/name", "the database is `mysql`; expected sqlite or postgresql"),
        ("sqlite://", "an SQLite database needs a file: what is only in memory is lost with the process"),
    ],
)
def test_database_url_that_is_none_of_ours_is_refused(url: str, sentence: str) -> None:
    """With a sentence that says what would do."""
    with pytest.raises(AuthorError) as error:
        Database(url)
    assert str(error.value) == sentence


def test_reading_and_writing_a_value_that_cannot_be_kept_is_refused(database: Database) -> None:
    """On PostgreSQL, which knows no NUL; SQLite has nothing of that name."""
    for session_of in (database.reading, database.writing):
        if database.is_sqlite:
            with session_of() as session:
                assert session.get(Assignment, "a\0b") is None
            continue
        with pytest.raises(RefusedError) as error, session_of() as session:
            session.get(Assignment, "a\0b")
        assert str(error.value) == "a value has a character, or a size, that cannot be kept"
