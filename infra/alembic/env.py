"""Alembic's environment, shared by every schema: `infra.migrate` gives the connection, its role set, and the schema."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table_schema=context.config.attributes["schema"],
    include_schemas=True,
)
context.run_migrations()
