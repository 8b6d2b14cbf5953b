"""What ties an actor to a person of whom it searches the journal: the facts of the person, as every subgraph has them.

Read from `access` under row security, as a role of its own that reads nothing else: without a link that is valid today
there are no facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from schema.context import Context
from schema.facts import Fact

ROLE = "access_query"
LINKED = """SELECT bit_or(link.relation) | person.restrictions AS facts, person.erasure_on <= CURRENT_DATE AS due,
    CURRENT_DATE - person.last_contact AS days
FROM access.person JOIN access.link USING (person_id) WHERE person.person_id = $1
GROUP BY person.person_id"""


class Rows(Protocol):
    """Statements in a transaction that has the actor's scopes as its settings."""

    async def fetch(
        self, scopes: Sequence[str], organisation: str | None, sql: str, arguments: Sequence[Any]
    ) -> Sequence[Any]:
        """The rows; raises what the connection raises."""
        ...


class Perimeter:
    """Links of actors to people, by the role `ROLE`."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def facts(self, context: Context, person: str) -> int:
        """Facts of a person for the actor, but for OWN_ITEM, which is of an access and not of a person."""
        rows = await self._rows.fetch(context.scopes, context.organisation, LINKED, [UUID(person)])
        if not rows:
            return 0
        facts, days = int(rows[0]["facts"]), rows[0]["days"]
        facts |= int(Fact.ERASURE_DUE) if rows[0]["due"] else 0
        for bit, most in context.residual.retentions:
            facts |= bit if days is not None and days > most else 0
        return facts & ~int(Fact.OWN_ITEM)
