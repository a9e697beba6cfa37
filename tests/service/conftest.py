"""A database of the test's own: a file, and a schema of a PostgreSQL server where there is one.

To make the tables takes longer than most tests, so they are made once: a file is copied, and a schema emptied.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from grader.service.database import Database
from grader.service.schema import migrate
from grader.service.tables import Table

SERVER = os.environ.get("GRADER_TEST_POSTGRESQL", "postgresql://127.0.0.1:5432/test")


class Server:
    """A PostgreSQL server, and a schema on it that has the tables."""

    def __init__(self) -> None:
        self._url = make_url(SERVER).set(drivername="postgresql+psycopg")
        patience = {"connect_timeout": 3}
        self.engine: Engine = create_engine(self._url, connect_args=patience, isolation_level="AUTOCOMMIT")
        self._ready: str | None = None
        self._head = ""

    def new(self) -> str:
        """An empty schema."""
        schema = f"grader_test_{uuid4().hex}"
        with self.engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        return schema

    def drop(self, schema: str) -> None:
        """Leave nothing of a schema."""
        with self.engine.connect() as connection:
            connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))

    def url(self, schema: str) -> str:
        """Of a schema; what is committed need not survive a crash of the server."""
        options = {"options": f"-csearch_path={schema} -csynchronous_commit=off"}
        return self._url.update_query_dict(options).render_as_string(hide_password=False)

    def emptied(self) -> str:
        """The schema with the tables, nothing in them, ids beginning at 1."""
        if self._ready is None:
            schema = self.new()
            made = Database(self.url(schema))
            migrate(made)
            with made.reading() as session:
                self._head = session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
            made.close()
            self._ready = schema
        schema = self._ready
        with (
            self.engine.connect().execution_options(isolation_level="READ COMMITTED") as connection,
            connection.begin(),
        ):
            connection.execute(text(f"SET LOCAL search_path = {schema}"))
            connection.execute(text("SET LOCAL lock_timeout = '20s'"))
            for table in reversed(Table.metadata.sorted_tables):
                connection.execute(table.delete())
            restart = "SELECT setval(format('%I.%I', schemaname, sequencename), 1, false) FROM pg_sequences"
            connection.execute(text(f"{restart} WHERE schemaname = :schema"), {"schema": schema})
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": self._head})
        return schema

    def close(self) -> None:
        """Leave nothing."""
        if self._ready is not None:
            self.drop(self._ready)
        self.engine.dispose()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """The PostgreSQL server."""
    found = Server()
    yield found
    found.close()


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite database with its tables."""
    path = tmp_path_factory.mktemp("database") / "grader.sqlite3"
    made = Database(f"sqlite:///{path}")
    migrate(made)
    made.close()  # the last connection leaves all in this one file
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty database; with its tables, if the test asks for `database` too."""
    tables = "database" in request.fixturenames
    if request.param == "sqlite":
        path = tmp_path / "grader.sqlite3"
        if tables:
            shutil.copyfile(request.getfixturevalue("file"), path)
        yield f"sqlite:///{path}"
        return
    server: Server = request.getfixturevalue("server")
    try:
        schema = server.emptied() if tables else server.new()
    except OperationalError:
        pytest.skip("no PostgreSQL server that GRADER_TEST_POSTGRESQL names or that is on port 5432 lets us in")
    yield server.url(schema)
    if not tables:
        server.drop(schema)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With its tables."""
    opened = Database(url)
    yield opened
    opened.close()
