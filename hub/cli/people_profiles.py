"""Counts of the people of the database by what a change of the rules depends on, without their identifiers."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hub.cli.local_database import database, reading
from hub.policy.report.affected_people import Profile
from infra.keys import Keys, role_keys
from schema.facts import Fact

COUNTED = """SELECT relations, restrictions, days, count(*)::int AS people
FROM (
    SELECT COALESCE(bit_or(link.relation), 0) AS relations,
        person.restrictions | CASE WHEN person.erasure_on <= CURRENT_DATE THEN $1 ELSE 0 END AS restrictions,
        CURRENT_DATE - person.last_contact AS days
    FROM access.person AS person
    LEFT JOIN access.link AS link ON link.person_id = person.person_id
        AND link.valid_from <= CURRENT_DATE AND (link.valid_until IS NULL OR link.valid_until >= CURRENT_DATE)
    GROUP BY person.person_id
) AS known
GROUP BY relations, restrictions, days"""
ROLE = "access_ingest"
"""The role that row security lets see every link; it only reads here."""


def profiles(keys: Path) -> list[Profile]:
    """Count the people by relations, restrictions and days since last contact; raises NotServed."""
    with database(Keys.load(keys, role_keys(ROLE)), ROLE) as dsn:
        return asyncio.run(_profiles(dsn(ROLE)))


async def _profiles(dsn: str) -> list[Profile]:
    async with reading(dsn) as connection:
        return [Profile(**row) for row in await connection.fetch(COUNTED, int(Fact.ERASURE_DUE))]
