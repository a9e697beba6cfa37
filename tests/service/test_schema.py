"""The migrations make the very tables that the models speak of, once, whoever starts first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from grader.errors import AuthorError
from grader.service.database import Database
from grader.service.schema import migrate
from grader.service.tables import Table


def test_migrate_empty_database_has_the_tables_of_the_models(database: Database) -> None:
    """Nothing is missing in a migration that a model has, nor the other way round."""
    with database.changing() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_migrate_replicas_at_once_all_start(url: str) -> None:
    """One of them migrates, and the others wait for it."""
    replicas = [Database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, replicas))
    with replicas[0].reading() as session:
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1
    for replica in replicas:
        replica.close()


def test_migrate_newer_database_is_refused(database: Database) -> None:
    """An older grader leaves the tables of a newer one alone."""
    with database.changing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'v9999'"))
    with pytest.raises(AuthorError) as error:
        migrate(database)
    assert str(error.value) == "the database is at revision v9999, which only a newer version of the grader knows"
