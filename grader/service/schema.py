"""The database's tables brought up to date, at every start: migrations lie in this package and run in order.

Several replicas may start at once: one migrates, and the others find it done. It is one transaction.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text

from grader.errors import AuthorError
from grader.service.database import Database

ONE_AT_A_TIME = 7_283_110_942
"""What PostgreSQL knows the lock by."""


def migrate(database: Database) -> None:
    """Bring the tables to the newest revision.

    Raises:
        AuthorError: if a newer grader has been here, whose tables this one does not know.
    """
    config = _config()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with database.changing() as connection:
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ONE_AT_A_TIME})
        config.attributes["connection"] = connection
        found = _revision(database, config)
        if found is not None and found not in known:
            raise AuthorError(f"the database is at revision {found}, which only a newer version of the grader knows")
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Whether the tables are those that this grader knows."""
    config = _config()
    with database.reading() as session:
        config.attributes["connection"] = session.connection()
        return _revision(database, config) == ScriptDirectory.from_config(config).get_current_head()


def _revision(database: Database, config: Config) -> str | None:
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(config.attributes["connection"]).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%"))
    return config
