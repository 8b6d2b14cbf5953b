"""These fixtures give a hub over an empty database, two actors of one département and a client that keeps a copy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from demo.cast import AGENCY, CD_08, CD_2A
from demo.token_issuer import DemoActor
from schema.facts import Fact
from tests.conftest import Database
from tests.e2e.canary_inside import Inside, inside
from tests.kit.conftest import AGENT, Rows, person_id

OFFICER, FOREIGNER, REFERENT, ADVISER, DELEGATE = "orienteur", "orienteur-2a", "referent", "conseiller", "delegue"
DEPARTMENT, FOLLOWED = (Fact.DEPARTMENT_BRSA, "08"), (Fact.REFERENT, AGENT)
SHOWN = """id firstName lastName contact { email } rsa { status } appointments(first: 20) { nodes { id startsAt } }"""
DELTA = """query Delta($since: String, $first: Int) { changes(since: $since, first: $first) {
    nodes { %s } withdrawn { id kind into } pageInfo { hasNextPage endCursor } } }"""
PEOPLE = "query People($after: String) { persons(after: $after) { nodes { %s } pageInfo { hasNextPage endCursor } } }"


def _member(name: str, kind: str, *purposes: str, organisation: Any = CD_08, **claims: str) -> DemoActor:
    member = {"organisation": organisation.siret, "organisation_type": organisation.type}
    return DemoActor(name, kind, purposes, "", {**member, "departments": [organisation.department], **claims})


ACTORS = {
    OFFICER: _member(OFFICER, "orienteur_cd", "orientation"),
    FOREIGNER: _member(FOREIGNER, "orienteur_cd", "orientation", organisation=CD_2A),
    REFERENT: _member(REFERENT, "referent_cd", "suivi", "contrat", agent=AGENT),
    ADVISER: _member(ADVISER, "conseiller_ft", "suivi", organisation=AGENCY),
    DELEGATE: _member(DELEGATE, "dpo", "droits"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hub(database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Inside]:
    """The hub, until the module's last test."""
    async with inside(database, ACTORS, tmp_path_factory.mktemp("changes")) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def world(database: Database) -> AsyncIterator[Rows]:
    """Writes as the administrator; nobody is there at first.

    Changes are kept from the first transaction on: a snapshot is as old as the oldest one of the whole cluster.
    """
    connection = await database.connect()
    tables = "people.person, people.contact, people.rsa, appointments.appointment, access.person, access.link"
    await connection.execute(f"TRUNCATE {tables}, access.merged, access.change, access.link_change CASCADE")
    await connection.execute("TRUNCATE access.person_change, access.change_mark")
    await connection.execute("INSERT INTO access.change_mark (xid) VALUES ('3')")
    yield Rows(connection)
    await connection.close()


@dataclass
class Copy:
    """What a client keeps: people by id; `read` goes on from its cursor, `withdrawals` and `changed` are the latest."""

    hub: Inside
    actor: str = OFFICER
    shown: str = SHOWN
    first: int = 3
    people: dict[str, Any] = field(default_factory=dict)
    cursor: str | None = None
    withdrawals: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    purpose: str | None = None

    @property
    def declared(self) -> dict[str, str]:
        """The purpose, if it isn't the usual one of the actor."""
        return {} if self.purpose is None else {"purpose": self.purpose}

    async def read(self) -> Copy:
        """All pages until there is no more."""
        self.withdrawals.clear()
        self.changed.clear()
        return await self.read_on()

    async def read_on(self) -> Copy:
        """All pages that are left."""
        while await self.page():
            pass
        return self

    async def page(self) -> bool:
        """One page; whether there is another one."""
        variables = {"since": self.cursor, "first": self.first}
        answer = await self.hub.ask(self.actor, DELTA % self.shown, variables, **self.declared)
        assert "errors" not in answer.json, answer.json
        page = answer.data["changes"]
        for person in filter(None, page["nodes"]):
            self.people[person["id"]] = person
            self.changed.add(person["id"])
        self.ids |= {person["id"] for person in page["withdrawn"]} | self.changed
        for gone in page["withdrawn"]:
            self.people.pop(gone["id"], None)
            self.withdrawals[gone["id"]] = gone["kind"], gone["into"]
        self.cursor = page["pageInfo"]["endCursor"]
        return bool(page["pageInfo"]["hasNextPage"])

    async def code(self) -> str:
        """The code of the error of the next page."""
        return (await self.hub.ask(self.actor, DELTA % self.shown, {"since": self.cursor})).code

    async def perimeter(self) -> dict[str, Any]:
        """What the actor reads by the plain list, by id."""
        people: dict[str, Any] = {}
        after, more = None, True
        while more:
            answer = await self.hub.ask(self.actor, PEOPLE % self.shown, {"after": after}, **self.declared)
            page = answer.data["persons"]
            people |= {person["id"]: person for person in page["nodes"]}
            more, after = page["pageInfo"]["hasNextPage"], page["pageInfo"]["endCursor"]
        return people


async def someone(world: Rows, number: int, *relations: tuple[Fact, str], **values: Any) -> str:
    """A person, of the département unless other relations are given."""
    await world.person(number, *(relations or (DEPARTMENT,)), last_name=f"Nom{number}", **values)
    return person_id(number)
