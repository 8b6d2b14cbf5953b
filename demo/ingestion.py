"""Ingest the demo's files as `hub ingest` does: with the same sources, keys and reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID

import asyncpg

from demo.cast import BY_SLUG, CD_08, SAFIR
from demo.rdvi_files import ORGANISATION_MAP, internal_id
from hub.ingest import find_source, ingest, webhook_secret
from hub.runs.quarantine import Seal
from infra.connecting import connect
from infra.keys import Keys
from subgraphs.kit.ingest.ingestion_report import Report
from subgraphs.kit.ingest.unit_of_work import Options, Organisation

_AGENCIES = {code: Organisation(agency.siret, agency.type, agency.structure) for code, agency in SAFIR.items()}
ORGANISATIONS = {
    "rdv-insertion": ORGANISATION_MAP,
    "carnet-de-bord": {CD_08.name: Organisation(CD_08.siret, CD_08.type, CD_08.structure)},
    "ft-extrait": _AGENCIES,
    "france-travail": _AGENCIES,
}
"""The organisation of each identifier, by source."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The result: each source's report, the ids of the cast by slug and those of the agents by e-mail."""

    reports: tuple[Report, ...]
    persons: Mapping[str, UUID]
    agents: Mapping[str, UUID]


async def load(
    files: Mapping[str, Sequence[Path]],
    *,
    dsn: Callable[[str], str],
    keys: Keys,
    today: date,
    tell: Callable[[Report], None] = lambda _: None,
) -> Loaded:
    """Ingest the files by source, in their order; `dsn` gives the address of the database for a role."""
    reports = []
    for name, paths in files.items():
        options = Options(
            as_of=datetime.combine(today, time(5), UTC),
            webhook_secret=webhook_secret(name, keys),
            organisations=ORGANISATIONS.get(name, {}),
        )
        reports.append(await ingest(find_source(name, keys), paths, options, dsn, Seal(keys.quarantine)))
        tell(reports[-1])
    connection = await connect(dsn("people_ingest"))
    try:
        return Loaded(tuple(reports), await _persons(connection), await _agents(connection))
    finally:
        await connection.close()


async def _persons(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, UUID]:
    """Return ids by slug; people of no user file are identified by the CNAF's France Travail number."""
    rows = await connection.fetch("SELECT person_id, department_internal_id, france_travail_id FROM people.identity")
    national_ids = {
        row[column]: row["person_id"] for column in ("france_travail_id", "department_internal_id") for row in rows
    }
    return {
        slug: national_ids[person.france_travail_id if person.silent else internal_id(person)]
        for slug, person in BY_SLUG.items()
    }


async def _agents(connection: asyncpg.Connection[asyncpg.Record]) -> dict[str, UUID]:
    return {row["email"]: row["id"] for row in await connection.fetch("SELECT id, email FROM people.agent")}
