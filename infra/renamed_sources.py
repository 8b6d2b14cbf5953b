"""Gives the rows of a source its new name; for migrations."""

from __future__ import annotations

from sqlalchemy import Connection, text

_COLUMNS = """
SELECT c.relname, a.attname, c.relforcerowsecurity FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND a.atttypid = 'text'::regtype
  AND a.attname IN ('source', 'origin', 'address_source')
ORDER BY 1, 2
"""
"""The columns that hold the name of a source."""


def rename(connection: Connection, schema: str, *, before: str, after: str) -> None:
    """Rename a source in the tables of a schema, as its owner, whom forced row security would hide the rows from."""
    for table, column, forced in connection.execute(text(_COLUMNS), {"schema": schema}).all():
        name = f"{schema}.{table}"
        if forced:
            connection.execute(text(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY"))
        connection.execute(
            text(f"UPDATE {name} SET {column} = :after WHERE {column} = :before"),  # noqa: S608 - names of our catalogue
            {"before": before, "after": after},
        )
        if forced:
            connection.execute(text(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY"))
