"""A subgraph over a real database: people and links are written by the administrator, read by the query role."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

import asyncpg
import pytest

from schema.context import Context
from schema.facts import Fact, link_key
from schema.residual import Clause, Residual, Rule
from subgraphs.appointments.queries import MODEL as APPOINTMENTS
from subgraphs.kit.server import Subgraph
from subgraphs.kit.subgraph_model import Model
from subgraphs.kit.transactions import Database as Pool
from subgraphs.people.queries import MODEL as PEOPLE
from tests.conftest import Database

NOW = 1_795_000_000  # 2026-11-18
AGENT = "00000000-0000-4000-8000-0000000000a1"
SIRET = "26080001000017"
OTHER_SIRET = "26200001000019"
REFERENT = link_key(Fact.REFERENT, AGENT)
POLICY = "policy"


def person_id(number: int) -> str:
    """Identifier of a test person."""
    return f"00000000-0000-4000-8000-{number:012d}"


def anyone(*relations: Fact) -> tuple[Clause, ...]:
    """One clause: any of these relations."""
    bits = 0
    for relation in relations:
        bits |= relation
    return (Clause(int(bits)),)


def residual(
    rows: Mapping[str, Rule | tuple[Clause, ...]],
    fields: Mapping[str, Rule | tuple[Clause, ...]],
    retentions: tuple[tuple[int, int], ...] = (),
    items: Mapping[str, int] = MappingProxyType({}),
) -> Residual:
    """A residual; bare clauses are read in full."""

    def rules(rules_by_name: Mapping[str, Rule | tuple[Clause, ...]]) -> dict[str, Rule]:
        return {name: rule if isinstance(rule, Rule) else Rule(rule) for name, rule in rules_by_name.items()}

    return Residual(rules(rows), rules(fields), retentions, dict(items))


def context(
    rights: Residual, *scopes: str, organisation: str | None = SIRET, actor: str = AGENT, purpose: str = "suivi"
) -> Context:
    """A context of the policy that the test subgraphs run with."""
    return Context(actor, "referent_cd", organisation, purpose, scopes or (REFERENT,), POLICY, "class", rights, NOW)


@dataclass
class Rows:
    """Writes rows as the administrator, who is above row security."""

    connection: asyncpg.Connection[asyncpg.Record]
    count: int = field(default=0)

    async def insert(self, table: str, **values: Any) -> None:
        """One row."""
        columns = ", ".join(values)
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        await self.connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({places})", *values.values())

    async def sourced(self, table: str, **values: Any) -> None:
        """One row with a lineage of its own."""
        self.count += 1
        await self.connection.execute("SET timezone = 'UTC'")
        columns = ", ".join([*values, "source", "source_id", "as_of"])
        places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
        await self.connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({places}, 'test', '{self.count}', '2026-01-01T00:00:00Z')",
            *values.values(),
        )

    async def link(self, number: int, relation: Fact, scope: str, **dates: Any) -> None:
        """A link of a person, valid since 2026 unless said otherwise."""
        self.count += 1
        await self.insert(
            "access.link",
            person_id=person_id(number),
            relation=int(relation),
            scope_id=scope,
            valid_from=dates.get("since", date(2026, 1, 1)),
            valid_until=dates.get("until"),
            origin="test",
            origin_id=str(self.count),
            unmerged_person_id=dates.get("unmerged_person_id"),
        )

    async def person(
        self, number: int, *relations: tuple[Fact, str], access: dict[str, Any] | None = None, **values: Any
    ) -> None:
        """A person with its access row and links; nothing links it if no relation is given."""
        await self.insert("access.person", person_id=person_id(number), **(access or {}))
        await self.sourced("people.person", id=person_id(number), **values)
        for relation, scope in relations:
            await self.link(number, relation, scope)

    async def merged(self, number: int, survivor: int, *relations: tuple[Fact, str]) -> None:
        """A person whom agents found to be another one, who is there: the links of both are the other's."""
        await self.person(number)
        await self.insert("access.merged", person_id=person_id(number), survivor_id=person_id(survivor))
        for relation, scope in relations:
            await self.link(survivor, relation, scope, unmerged_person_id=person_id(number))


@pytest.fixture
async def rows(fresh_database: Database) -> AsyncIterator[Rows]:
    """Writes into the test's database."""
    connection = await fresh_database.connect()
    yield Rows(connection)
    await connection.close()


async def _subgraph(model: Model, database: Database) -> AsyncIterator[Subgraph]:
    pool = Pool(database.dsn(f"{model.name}_query"), 4)
    await pool.open()
    yield Subgraph(model, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


@pytest.fixture
async def people(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `people` on the test's database."""
    async for subgraph in _subgraph(PEOPLE, fresh_database):
        yield subgraph


@pytest.fixture
async def appointments(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `appointments` on the test's database."""
    async for subgraph in _subgraph(APPOINTMENTS, fresh_database):
        yield subgraph
