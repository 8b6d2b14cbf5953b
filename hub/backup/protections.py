"""Whom a database restored from a backup must not show: the register that is kept outside of all backups.

It is written again and again while the database is well, to another machine. It says who has a right in force, who is
no longer known, and whose key in the journal was erased; ids and days alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import asyncpg
import msgspec

from hub.backup.programs import unfit
from infra.errors import SetupRefused
from schema.confidential import Confidential
from schema.days import PARIS

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

RESTRICTED = """SELECT person_id, restrictions, erasure_on FROM (
    SELECT person_id, bit_or(own_restrictions) OVER served AS restrictions,
        min(own_erasure_on) OVER served AS erasure_on
    FROM access.person LEFT JOIN access.merged USING (person_id)
    WINDOW served AS (PARTITION BY coalesce(survivor_id, person_id))
) strictest WHERE restrictions <> 0 OR erasure_on IS NOT NULL"""
"""The strictest of the rights of all who are served as one, for each of them: in a backup they may still be apart."""
GONE = """SELECT DISTINCT person_id FROM access.person_change WHERE NOT added
AND NOT EXISTS (SELECT FROM access.person WHERE person.person_id = person_change.person_id)"""
STORED_PEOPLE = "SELECT person_id FROM access.person WHERE person_id = ANY ($1::uuid[])"
FORGOTTEN = "SELECT person::uuid AS person, max(at) AS at FROM journal_keys.forgotten GROUP BY 1"
EXPIRE = "DELETE FROM journal_keys.forgotten WHERE at < $1"
PROTECT = """UPDATE access.person SET own_restrictions = own_restrictions | $2,
own_erasure_on = least(own_erasure_on, $3), restrictions = restrictions | $2, erasure_on = least(erasure_on, $3)
WHERE person_id = $1"""
PROTECT_SURVIVOR = """UPDATE access.person SET restrictions = restrictions | $2, erasure_on = least(erasure_on, $3)
FROM access.merged WHERE merged.person_id = $1 AND person.person_id = merged.survivor_id"""


class Protection(Confidential, frozen=True):
    """The rights of a person in force: bits of `schema.facts`, and the day from which its data are to be erased."""

    person: UUID
    restrictions: int
    erasure_on: date | None


class Protections(Confidential, frozen=True, forbid_unknown_fields=True):
    """The register; `gone` has the day on which a person was seen to be gone, `forgotten` the instant of an erasure."""

    made_at: datetime
    restricted: list[Protection] = msgspec.field(default_factory=list)
    gone: dict[UUID, date] = msgspec.field(default_factory=dict)
    forgotten: dict[UUID, datetime] = msgspec.field(default_factory=dict)


async def renewed(connection: Connection, before: Protections, days: int) -> Protections:
    """The register of now, read as an administrator: what it said of who is gone or forgotten stays for so many days.

    Raises SetupRefused (ADMINISTRATOR_UNFIT)."""
    now = datetime.now(UTC)
    oldest = now - timedelta(days=days)
    try:
        async with connection.transaction(isolation="repeatable_read"):
            await connection.execute("SET LOCAL row_security = off")
            restricted = [Protection(*row) for row in await connection.fetch(RESTRICTED)]
            gone = await _gone(connection, before.gone, now)
            forgotten = before.forgotten | {row["person"]: row["at"] for row in await connection.fetch(FORGOTTEN)}
            await connection.execute(EXPIRE, oldest)
    except asyncpg.InsufficientPrivilegeError:
        raise unfit("protections") from None
    return Protections(
        now,
        restricted,
        {person: day for person, day in gone.items() if day >= oldest.astimezone(PARIS).date()},
        {person: at for person, at in forgotten.items() if at >= oldest},
    )


async def _gone(connection: Connection, before: Mapping[UUID, date], now: datetime) -> dict[UUID, date]:
    stored_people = {row["person_id"] for row in await connection.fetch(STORED_PEOPLE, list(before))}
    today = now.astimezone(PARIS).date()
    deletion_days = {row["person_id"]: today for row in await connection.fetch(GONE)}
    return deletion_days | {person: day for person, day in before.items() if person not in stored_people}


async def protect(connection: Connection, register: Protections) -> int:
    """Make what the register says act on a restored database, never less than what is there; return of how many
    people. Those who were gone are there again: their erasure is due, which closes them until their sources tell."""
    stricter = [
        *((right.person, right.restrictions, right.erasure_on) for right in register.restricted),
        *((person, 0, day) for person, day in register.gone.items()),
    ]
    async with connection.transaction():
        await connection.execute("SET LOCAL row_security = off")
        await connection.executemany(PROTECT, stricter)
        await connection.executemany(PROTECT_SURVIVOR, stricter)
    return len(stricter)


def read_protections(file: Path) -> Protections:
    """The register of a file; raises SetupRefused (PROTECTIONS_MALFORMED)."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Protections)
    except (OSError, msgspec.MsgspecError) as error:
        raise SetupRefused(
            "PROTECTIONS_MALFORMED",
            f"{file} n'est pas le registre que « hub backup protections » écrit : donnez sa dernière copie.",
            type(error).__name__,
        ) from None


def write_protections(file: Path, register: Protections) -> None:
    """Put the register in place of the file's, whole or not at all, for its owner alone."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(msgspec.json.encode(register))
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(file)
    finally:
        fresh.unlink(missing_ok=True)
