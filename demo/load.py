"""Loads the demo's files through the same connectors as any file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

import asyncpg

from demo.cast import PEOPLE, REFERENT_A, REFERENT_B
from demo.rdvi_files import ORGANISATION_MAP
from subgraphs.appointments.sources import SOURCES as APPOINTMENTS
from subgraphs.kit.ingest import Options, Session
from subgraphs.kit.ingest_report import Report
from subgraphs.offers.sources import SOURCES as OFFERS
from subgraphs.people.names import name_key
from subgraphs.people.registry import Registry
from subgraphs.people.sources import SOURCES as PEOPLE_SOURCES
from subgraphs.trainings.sources import SOURCES as TRAININGS


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the files became: each source's report, ids of the cast by slug, ids of the referents by e-mail."""

    reports: tuple[Report, ...]
    persons: Mapping[str, UUID]
    agents: Mapping[str, UUID]


async def load(
    files: Mapping[str, Sequence[Path]],
    *,
    dsn: Callable[[str], str],
    nir_key: bytes,
    webhook_secret: bytes,
    today: date,
) -> Loaded:
    """Ingest the files by source; `dsn` gives the address of the database for a role."""
    options = Options(
        as_of=datetime.combine(today, time(5), UTC),
        webhook_secret=webhook_secret,
        organisations=ORGANISATION_MAP,
    )
    registry = Registry(nir_key)
    reports = []
    for name, make in (PEOPLE_SOURCES | APPOINTMENTS | OFFERS | TRAININGS).items():
        source = make(registry)
        connection = await asyncpg.connect(dsn(source.role))
        try:
            reports.append(await source.ingest(files.get(name, ()), options, Session(connection)))
        finally:
            await connection.close()
    connection = await asyncpg.connect(dsn("people_ingest"))
    try:
        return Loaded(tuple(reports), await _persons(connection), await _agents(connection))
    finally:
        await connection.close()


async def _persons(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, UUID]:
    rows = await connection.fetch("SELECT id, last_name_key, birth_date FROM people.person")
    known = {(row["last_name_key"], row["birth_date"]): row["id"] for row in rows}
    return {person.slug: known[name_key(person.last_name), person.birth_date] for person in PEOPLE}


async def _agents(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, UUID]:
    emails = [REFERENT_A.email, REFERENT_B.email]
    rows = await connection.fetch("SELECT id, email FROM people.agent WHERE email = ANY ($1)", emails)
    return {row["email"]: row["id"] for row in rows}
