"""Fills a database with the people of a flux as a reading of it would leave them, by COPY.

Four people are read for good. The rows of a foyer of each size are then the model of all others: what tells their
people apart is computed for each as the connector does, all else is copied, what triggers note included. Rows come in
the order of the flux, a thousand foyers in a transaction, so that indexes grow as those of a database that was read. A
test holds both databases together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import MetaData, Table

from benchmarks.flux_file import ENCODING, adult, foyer_texts, foyers_of, write_flux
from hub.ingest import Reader, read_inputs
from infra.roles import Dsn
from subgraphs.kit import access
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.people import tables
from subgraphs.people.birth_places import birth_place_hash
from subgraphs.people.match_keys import identified, match_key
from subgraphs.people.nir import hashed, last_digits
from subgraphs.people.sources.cnaf_flux import CnafFlux

METADATA: Sequence[MetaData] = (access.metadata, tables.metadata)
MODELS = 4
"""People who are read: two who live alone, then two together."""
BATCH = 1000
"""Foyers that are written together."""
COMPUTED = ("number", "xid")
"""Columns of what triggers note that PostgreSQL gives."""

Target = tuple[str, str, tuple[str, ...]]
"""Schema, name and columns of a table."""


def written() -> list[Target]:
    """The tables that a reading of people writes by itself, in an order in which COPY may."""
    return [_target(table) for metadata in METADATA for table in metadata.sorted_tables if table not in access.NOTED]


def noted() -> list[Target]:
    """The tables in which triggers note what changes."""
    return [_target(table) for table in access.NOTED if table is not access.change_mark]


def _target(table: Table) -> Target:
    omitted = COMPUTED if table in access.NOTED else ()
    columns = (str(column.name) for column in table.columns if column.computed is None and column.name not in omitted)
    return table.schema or "", table.name, tuple(columns)


async def fill(
    place: str, people: int, reference: date, folder: Path, reader: Reader, addresses: Dsn, key: bytes
) -> None:
    """Fill an empty database with the first people of a flux that describes this day; `key` is that of NIR hashes."""
    path = folder / "models.xml"
    write_flux(path, foyers_of(range(min(people, MODELS))), reference)
    await read_inputs(reader, [path], Options(), addresses)
    connection = await asyncpg.connect(place)
    try:
        await connection.execute("SET session_replication_role = replica")  # a COPY of all rows fires no trigger
        filler = _Filler(connection, reader, reference, key)
        await filler.read_models()
        copied = foyers_of(range(MODELS, people))
        while foyers := list(islice(copied, BATCH)):
            await filler.write(foyers)
        await connection.execute("VACUUM (ANALYZE)")
    finally:
        await connection.close()


class _Filler:
    """Writes foyers as the models of their size are written; `key` is that of NIR hashes."""

    def __init__(self, connection: asyncpg.Connection[Any], reader: Reader, reference: date, key: bytes) -> None:
        self._connection = connection
        self._people = reader.people
        self._reference = reference
        self._as_of = datetime.combine(reference, time(), UTC)
        self._key = key
        self._models: dict[int, Mapping[Target, Sequence[str]]] = {}
        self._rows: dict[int, Sequence[Mapping[str, Any]]] = {}

    async def read_models(self) -> None:
        """Make a model of the rows of a foyer of each size."""
        lines = {target: await self._lines(target) for target in (*written(), *noted())}
        for members in foyers_of(range(MODELS)):
            rows = [await self._identity(number) for number in members]
            self._rows[len(members)] = rows
            digest = await self._connection.fetchval(
                "SELECT digest FROM people.source_record WHERE source_id = $1", _foyer_of(rows[0])
            )
            people = [row["person_id"] for row in rows]
            texts = self._texts(members, people, digest)
            self._models[len(members)] = _templates(lines, people, _foyer_of(rows[0]), texts)

    async def write(self, foyers: Sequence[Sequence[int]]) -> None:
        """Write the rows of foyers in one transaction."""
        lines: dict[Target, list[str]] = defaultdict(list)
        for members, text in zip(foyers, foyer_texts(foyers, self._reference), strict=True):
            digest = self._people.digest(CnafFlux.name, str(self._as_of), ENCODING, text)
            texts = self._texts(members, [uuid4() for _ in members], digest)
            for target, templates in self._models[len(members)].items():
                lines[target].extend(template.format(*texts) for template in templates)
        async with self._connection.transaction():
            for (schema, table, columns), rows in lines.items():
                source = BytesIO("".join(rows).encode())
                await self._connection.copy_to_table(table, schema_name=schema, columns=columns, source=source)

    async def _lines(self, target: Target) -> list[str]:
        schema, table, columns = target
        output = BytesIO()
        await self._connection.copy_from_table(table, schema_name=schema, columns=columns, output=output)
        return output.getvalue().decode().splitlines(keepends=True)

    async def _identity(self, number: int) -> Mapping[str, Any]:
        query = "SELECT * FROM people.identity WHERE nir_hash = $1"
        row = await self._connection.fetchrow(query, hashed(adult(number).nir, self._key))
        assert row is not None
        return dict(row)

    def _texts(self, members: Sequence[int], people: Sequence[UUID], digest: bytes) -> list[str]:
        """What the rows of a foyer have that those of another don't, as COPY writes it, in an order of their own."""
        dossier = adult(members[0]).dossier
        organisme = self._rows[len(members)][0]["organisme"]
        foyer = f"{organisme}:{dossier}"
        texts = [dossier, foyer, adult(members[0]).request_number, _bytes(digest)]
        for number, person_id, model in zip(members, people, self._rows[len(members)], strict=True):
            values = adult(number)
            born = date.fromisoformat(values.birth_date)
            record = PersonRecord(CnafFlux.name, "", self._as_of, nir=values.nir, birth_date=born)
            birth_place = birth_place_hash(record, values.nir, self._key)
            names = {"last_name": values.last_name, "first_name": values.first_name, "birth_name": values.last_name}
            numbers = {"matricule": dossier, "france_travail_id": values.france_travail_id, "birth_date": born}
            row = {**model, **names, **numbers, "nir_hash": hashed(values.nir, self._key)}
            texts += [
                str(person_id),
                f"{foyer}:{self._people.opaque_key(foyer, values.nir)}",
                values.last_name,
                values.first_name,
                values.birth_date,
                values.france_travail_id,
                last_digits(values.nir),
                _bytes(row["nir_hash"]),
                "\\N" if birth_place is None else _bytes(birth_place),
                *(match_key(*keys, self._key) for keys in identified([row], born)),
            ]
        return texts


def _foyer_of(row: Mapping[str, Any]) -> str:
    return f"{row['organisme']}:{row['matricule']}"


def _bytes(value: bytes) -> str:
    return f"\\\\x{value.hex()}"


def _templates(
    lines: Mapping[Target, Sequence[str]], people: Sequence[UUID], foyer: str, texts: Sequence[str]
) -> dict[Target, list[str]]:
    """The rows of a foyer, with the place of each of its texts; raises RuntimeError if one is in no row."""
    places = {text: place for place, text in enumerate(texts)}
    if len(places) != len(texts):
        raise RuntimeError("texts of a model are alike")
    own = {foyer, *map(str, people)}
    used = set[int]()
    templates: dict[Target, list[str]] = {}
    for target, rows in lines.items():
        cut = [row.rstrip("\n").split("\t") for row in rows]
        templates[target] = [_template(fields, places) for fields in cut if not own.isdisjoint(fields)]
        used |= {places[field] for fields in cut if not own.isdisjoint(fields) for field in fields if field in places}
    if len(used) != len(texts):
        raise RuntimeError("texts of a model are in no row")
    return templates


def _template(fields: Sequence[str], places: Mapping[str, int]) -> str:
    parts = (f"{{{places[field]}}}" if field in places else _literal(field) for field in fields)
    return "\t".join(parts) + "\n"


def _literal(field: str) -> str:
    return field.replace("{", "{{").replace("}", "}}")
