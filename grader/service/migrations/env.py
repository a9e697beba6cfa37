"""Applies migrations on the connection that it is given, in the transaction that it is in."""

from alembic import context

from grader.service.tables import Table

context.configure(connection=context.config.attributes["connection"], target_metadata=Table.metadata)
context.run_migrations()
