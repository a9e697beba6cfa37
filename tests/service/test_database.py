"""A transaction is whole or nothing, and durable; what is no database of ours is refused."""

import time
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import text

from grader.errors import AuthorError
from grader.service.database import Database, Turn, Unavailable
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


def test_writing_threads_have_their_turn_in_the_order_they_came() -> None:
    """Whoever comes again does not overtake those who wait."""
    turn, order = Turn(), []

    def write(number: int) -> None:
        with turn:
            order.append(number)

    threads = [Thread(target=write, args=(number,)) for number in range(20)]
    with turn:
        for number, thread in enumerate(threads):
            thread.start()
            while len(turn._waiting) <= number:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert order == list(range(20))


def test_writing_turn_that_does_not_come_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As SQLite says it, too; afterwards nobody is waited for who has gone."""
    monkeypatch.setattr("grader.service.database.BUSY_SECONDS", 0.01)
    turn = Turn()
    with turn, pytest.raises(Unavailable) as error, turn:
        pass
    assert str(error.value) == "others write for too long"
    with turn:
        assert not turn._waiting
