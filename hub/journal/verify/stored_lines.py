"""Reads lines from their columns, as they were hashed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import orjson

from hub.journal.chain import Line
from hub.journal.record import Disclosure, Entry

PAGE = 1_000
"""Number of lines read at once."""
LINES = f"""SELECT seq, digest, {", ".join(Entry._fields)} FROM journal.entry
WHERE stream = $1 AND (seq, at) > ($2, $3) ORDER BY seq, at LIMIT {PAGE}"""  # noqa: S608 - names of columns of our own
DISCLOSURES = """SELECT seq, at, coordinates, masked, subjects FROM journal.disclosure
WHERE stream = $1 AND seq BETWEEN $2 AND $3 ORDER BY rank"""


async def lines(connection: asyncpg.Connection[asyncpg.Record], stream: UUID) -> AsyncIterator[tuple[Line, bytes]]:
    """Every line of a stream in order, with its stored digest."""
    rows = await connection.fetch(LINES.replace("(seq, at) > ($2, $3) ", "true "), stream)
    while rows:
        disclosed: dict[tuple[int, object], list[Disclosure]] = {}
        for row in await connection.fetch(DISCLOSURES, stream, rows[0]["seq"], rows[-1]["seq"]):
            disclosed.setdefault((row["seq"], row["at"]), []).append(_disclosure(row))
        for row in rows:
            disclosures = disclosed.get((row["seq"], row["at"]), ())
            yield Line(stream, row["seq"], read_entry(row), disclosures), row["digest"]
        rows = await connection.fetch(LINES, stream, rows[-1]["seq"], rows[-1]["at"])


def read_entry(row: asyncpg.Record) -> Entry:
    """The entry of a row of `journal.entry`."""
    return Entry(**{name: row[name] for name in Entry._fields} | {"decisions": orjson.loads(row["decisions"])})


def _disclosure(row: asyncpg.Record) -> Disclosure:
    subjects = tuple(subject.hex() for subject in row["subjects"])
    return Disclosure(tuple(row["coordinates"]), tuple(row["masked"]), subjects)
