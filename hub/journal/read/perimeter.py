"""The facts that link an actor to a person whose accesses it searches, as every subgraph computes them.

They are read from the schema `access` under row security, as a role that reads nothing else; without a link that is
valid today there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from schema.context import Context
from schema.facts import Fact
from schema.served_people import served_as

ROLE = "access_query"
LINKED = f"""SELECT bit_or(link.relation) | person.restrictions AS facts, person.erasure_on <= CURRENT_DATE AS due,
    CURRENT_DATE - person.last_contact AS days
FROM access.person JOIN access.link USING (person_id)
WHERE person.person_id = {served_as("$1")}
GROUP BY person.person_id"""  # noqa: S608 - our own statement
MERGED = """SELECT person_id FROM access.merged WHERE survivor_id = served.id UNION SELECT served.id"""
SERVED = f"""SELECT own.person_id FROM
    (SELECT {served_as("$1")} AS id) AS served,
    LATERAL ({MERGED}) AS own"""  # noqa: S608 - our own statement
"""The people whom agents found to be one with a person (decision 0084), itself included."""


class Rows(Protocol):
    """Runs statements in a transaction with the actor's scopes as its settings."""

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> Sequence[Any]:
        """The rows; raises the errors of asyncpg."""
        ...


class Perimeter:
    """Reads links of actors to people as the role `ROLE`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def facts(self, context: Context, person: str) -> int:
        """The facts of a person for the actor, except OWN_ITEM, which belongs to an access."""
        rows = await self._rows.fetch(context.scopes, context.organisation, LINKED, [UUID(person)])
        if not rows:
            return 0
        facts, days = int(rows[0]["facts"]), rows[0]["days"]
        facts |= int(Fact.ERASURE_DUE) if rows[0]["due"] else 0
        for bit, most in context.residual.retentions:
            facts |= bit if days is not None and days > most else 0
        return facts & ~int(Fact.OWN_ITEM)

    async def people(self, context: Context, person: str) -> list[str]:
        """The ids under which a person was ever served: its own, and those of whom it is one with."""
        rows = await self._rows.fetch(context.scopes, context.organisation, SERVED, [UUID(person)])
        return sorted({person, *(str(row["person_id"]) for row in rows)})
