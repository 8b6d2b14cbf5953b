"""Take the NIRs out of a schema that was written before every row passed the gate (`schema.nir`); for migrations.

In a column of identifiers, or one that needs a value, the keyed hash that ingestion writes now stands for the NIR, so
that a file read again changes nothing; elsewhere the value goes. Columns of foreign keys are of catalogues, and stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from schema.nir import DOSSIER_DIGITS, MSA, cover_within, covered, states_nir

_COLUMNS = """
SELECT c.relname, a.attname, a.attnotnull, COALESCE(l.collname, '') = 'C', c.relforcerowsecurity
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind = 'r' AND c.relname <> 'alembic_version'
  AND a.attnum > 0 AND a.attgenerated = '' AND a.atttypid IN ('text'::regtype, 'text[]'::regtype)
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f'
    AND ((k.conrelid = c.oid AND a.attnum = ANY (k.conkey)) OR (k.confrelid = c.oid AND a.attnum = ANY (k.confkey))))
ORDER BY 1, 2
"""
_MAY_HOLD = "regexp_replace({0}::text, '[^0-9A-Za-z]', '', 'g') ~ '[1-478][0-9]{{4}}([0-9]{{2}}|2[ABab])[0-9]{{6}}'"
_DOSSIER = re.compile(rf"^({MSA}:[^:]*):([^:]{{{DOSSIER_DIGITS + 1},}})")
"""The key of a dossier of the MSA, at the beginning of an identifier of the flux of the CNAF."""
DOSSIER_NUMBERS = ("matricule", "value")
"""Columns that hold the number of a dossier, whose fund is in another column of the row."""
FUNDS = ("organisme", "kind")


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    needed: bool
    number: bool


def cover(connection: Connection, schema: str, key: Callable[[], bytes]) -> int:
    """Take the NIRs out of the tables of a schema, as its owner; returns the number of rows changed.

    `key` gives the key of hashes, and is called only if a row needs it.
    """
    tables: dict[tuple[str, bool], list[_Column]] = {}
    for table, name, needed, number, forced in connection.execute(text(_COLUMNS), {"schema": schema}):
        tables.setdefault((table, forced), []).append(_Column(name, needed, number))
    return sum(
        _cover(connection, f"{schema}.{table}", forced, columns, key) for (table, forced), columns in tables.items()
    )


def _cover(
    connection: Connection, table: str, forced: bool, columns: Sequence[_Column], key: Callable[[], bytes]
) -> int:
    if forced:
        connection.execute(text(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"))
    names = [column.name for column in columns]
    suspects = " OR ".join(_MAY_HOLD.format(name) for name in names)
    if {*DOSSIER_NUMBERS} & {*names} and {*FUNDS} & {*names}:
        suspects += " OR " + " OR ".join(f"{name} LIKE '{MSA}%'" for name in FUNDS if name in names)
    rows = connection.execute(text(f"SELECT ctid::text, {', '.join(names)} FROM {table} WHERE {suspects}")).all()  # noqa: S608 - names of our catalogue
    changed = 0
    for ctid, *values in rows:
        row = dict(zip(names, values, strict=True))
        changes = {column.name: _mended(column, row, key) for column in columns if row[column.name] is not None}
        changes = {name: value for name, value in changes.items() if value != row[name]}
        if changes:
            _write(connection, table, ctid, changes)
            changed += 1
    if forced:
        connection.execute(text(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"))
    return changed


def _write(connection: Connection, table: str, ctid: str, changes: dict[str, Any]) -> None:
    """Write a row; one that becomes the double of another, since both write one NIR, goes."""
    assignments = ", ".join(f"{name} = :{name}" for name in changes)
    try:
        with connection.begin_nested():
            statement = f"UPDATE {table} SET {assignments} WHERE ctid = CAST(CAST(:ctid AS text) AS tid)"  # noqa: S608 - as above
            connection.execute(text(statement), {**changes, "ctid": ctid})
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != "23505":
            raise
        connection.execute(text(f"DELETE FROM {table} WHERE ctid = CAST(CAST(:ctid AS text) AS tid)"), {"ctid": ctid})  # noqa: S608 - as above


def _mended(column: _Column, row: dict[str, Any], key: Callable[[], bytes]) -> Any:
    value = row[column.name]
    if isinstance(value, list):
        return [item for item in value if not states_nir(item, number=column.number)]
    fund = next((row[name] for name in FUNDS if str(row.get(name) or "").startswith(MSA)), None)
    if column.name in DOSSIER_NUMBERS and fund is not None and len(value) > DOSSIER_DIGITS:
        return covered(value, key(), fund)
    dossier = _DOSSIER.match(value)
    if dossier is not None:
        value = f"{dossier[1]}:{covered(dossier[2], key(), MSA)}{value[dossier.end() :]}"
    if not states_nir(value, number=column.number):
        return value
    return cover_within(value, key(), number=column.number) if column.number or column.needed else None
