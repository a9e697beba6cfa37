"""The database, SQLite in a file or PostgreSQL by its URL: sessions that read, and transactions that write.

A transaction is committed when its block ends, and durable then: SQLite writes ahead and waits for the disk. On SQLite
one that writes says so at its beginning, since one that finds out later may have to give way to another that did too.
"""

import sqlite3
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, InterfaceError, OperationalError, TimeoutError
from sqlalchemy.orm import Session

from grader.errors import AuthorError
from grader.service.refusals import RefusedError

BUSY_SECONDS = 15
CONNECT_SECONDS = 5
ANSWER_SECONDS = 15
"""A server that acknowledges nothing for so long is gone."""

THREADS = 50
"""That may ask at a time, and each keep its connection to a file; to make one takes longer than most questions."""

Unavailable = (OperationalError, InterfaceError, TimeoutError)
"""What is raised while there is no connection, no room on the disk, or no end of waiting; later it may be well."""


class Database:
    """Where everything is kept."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(_url(url))
        self._writer = self.engine.execution_options(writes=True)
        self._turn = Turn() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing, and sees one moment on SQLite.

        Raises:
            RefusedError: as `writing`.
        """
        with _refusing(), Session(self.engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: all of it, or on any exception nothing.

        Raises:
            RefusedError: if a value is none that the database could ever hold, such as a NUL in a text of PostgreSQL.
        """
        with _refusing(), self._turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """One transaction on the tables themselves."""
        with self._turn, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close connections that nobody uses."""
        self.engine.dispose()


@contextmanager
def _refusing() -> Iterator[None]:
    try:
        yield
    except DataError:
        raise RefusedError("a value has a character, or a size, that cannot be kept") from None


class Turn:
    """Lets the threads of this process write one after the other, in the order they came.

    SQLite itself would have them look again now and then, and one that always looks at the wrong moment waits for long.
    """

    def __init__(self) -> None:
        self._door = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._door:
            if not self._taken:
                self._taken = True
                return
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if not mine.acquire(timeout=BUSY_SECONDS):
            with self._door:
                if mine in self._waiting:
                    self._waiting.remove(mine)
                    raise TimeoutError("others write for too long")
                # It became ours at this very moment.

    def __exit__(self, *_: object) -> None:
        with self._door:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def _url(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise AuthorError("the database is no URL such as sqlite:///file or postgresql://user@host/name") from None
    if url.drivername in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise AuthorError(f"the database is `{url.drivername}`; expected sqlite or postgresql")
    return url


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "postgresql":
        patience = {
            "connect_timeout": CONNECT_SECONDS,
            "keepalives_idle": ANSWER_SECONDS,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "tcp_user_timeout": ANSWER_SECONDS * 1000,
        }
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, connect_args=patience)
    if not url.database or url.database == ":memory:":
        raise AuthorError("an SQLite database needs a file: what is only in memory is lost with the process")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, hide_parameters=True, pool_size=THREADS, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, and not where Python thinks they should
    _write_ahead(connection)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Once for a file; where several begin to at once, SQLite waits for none of them, so we do."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > end:
                raise
        time.sleep(0.01)


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
