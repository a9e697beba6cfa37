"""A database of the test's own: a file, and a schema of a PostgreSQL server where there is one."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from grader.service.database import Database
from grader.service.schema import migrate

SERVER = os.environ.get("GRADER_TEST_POSTGRESQL", "postgresql://127.0.0.1:5432/test")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'grader.sqlite3'}"
        return
    server = make_url(SERVER).set(drivername="postgresql+psycopg")
    engine = create_engine(server, connect_args={"connect_timeout": 3}, isolation_level="AUTOCOMMIT")
    schema = f"grader_test_{uuid4().hex}"
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE SCHEMA {schema}"))
    except OperationalError:
        pytest.skip("no PostgreSQL server that GRADER_TEST_POSTGRESQL names or that is on port 5432 lets us in")
    yield server.update_query_dict({"options": f"-csearch_path={schema}"}).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """With its tables."""
    opened = Database(url)
    migrate(opened)
    yield opened
    opened.close()
