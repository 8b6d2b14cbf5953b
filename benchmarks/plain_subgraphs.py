"""The plain resolvers as four Strawberry subgraphs of Federation 2, for Apollo Gateway to join.

`python -m benchmarks.plain_subgraphs AGENT` serves them over the database of DATABASE_URL on one free port, which it
writes with their SDL, each at its name, as Strawberry's documentation teaches: they trust whoever calls them.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from socket import create_server
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry import federation
from strawberry.asgi import GraphQL
from strawberry.federation.schema_directives import Key
from strawberry.federation.types import FieldSet

from benchmarks import statements as sql
from benchmarks.loaders import Loaders, Pool
from benchmarks.resolved_items import Context, OrientationPathway, ReferentAgent, RequestInfo, Structure, loaders
from benchmarks.resolvers import PersonAppointments, PersonOffers, PersonProfile, PersonTrainings


@federation.type(name="Structure", keys=[Key(fields=FieldSet("id"), resolvable=False)])
class StructureKey:
    id: strawberry.ID


def _key(structure: str | None) -> StructureKey | None:
    return StructureKey(id=strawberry.ID(structure)) if structure is not None else None


@strawberry.type(name="Referent")
class ReferentOfPeople(ReferentAgent):
    @strawberry.field
    def structure(self) -> StructureKey | None:
        return _key(self.row["structure_id"])


@strawberry.type(name="Orientation")
class OrientationOfPeople(OrientationPathway):
    @strawberry.field
    def structure(self) -> StructureKey | None:
        return _key(self.row["structure_id"])


@federation.type(name="Person", keys=["id"])
class PersonOfPeople(PersonProfile):
    @strawberry.field
    async def referent(self, info: RequestInfo) -> ReferentOfPeople | None:
        row = await loaders(info).row(sql.REFERENT, self.id)
        return ReferentOfPeople(row=row, since=row["since"]) if row is not None else None

    @strawberry.field
    async def orientations(self, info: RequestInfo) -> list[OrientationOfPeople]:
        rows = await loaders(info).rows(sql.ORIENTATIONS, self.id)
        return [OrientationOfPeople(row=row, pathway=row["pathway"], starts_on=row["starts_on"]) for row in rows]


@strawberry.type(name="PersonConnection")
class PersonConnectionOfPeople:
    nodes: list[PersonOfPeople]


@strawberry.type(name="Query")
class QueryOfPeople:
    @strawberry.field
    async def person(self, info: RequestInfo, id: strawberry.ID) -> PersonOfPeople | None:  # noqa: A002
        row = await loaders(info).pool.fetchrow(sql.PERSON, id)
        return PersonOfPeople(**row) if row is not None else None

    @strawberry.field
    async def persons(self, info: RequestInfo, first: int = 20) -> PersonConnectionOfPeople:
        rows = await loaders(info).pool.fetch(sql.PERSONS, info.context["agent"], first)
        return PersonConnectionOfPeople(nodes=[PersonOfPeople(**row) for row in rows])


def _person(fields: type) -> type:
    """The part of a person that another subgraph serves: these fields of whoever has the key."""

    def resolve_reference(cls: type, id: str) -> object:  # noqa: A002 - the name of the key
        return cls(id=UUID(id))

    return federation.type(
        type("Person", (fields,), {"resolve_reference": classmethod(resolve_reference)}), keys=["id"]
    )


def schemas() -> dict[str, federation.Schema]:
    """Return the four schemas; from then on `Structure` is an entity."""
    structure = federation.type(Structure, keys=["id"])
    return {
        "people": federation.Schema(QueryOfPeople),
        "appointments": federation.Schema(types=[_person(PersonAppointments)]),
        "offers": federation.Schema(types=[_person(PersonOffers), structure]),
        "trainings": federation.Schema(types=[_person(PersonTrainings)]),
    }


class SubgraphApp(GraphQL[Context, None]):
    """A subgraph: each request has its own loaders."""

    def __init__(self, schema: federation.Schema, state: dict[str, Pool], agent: str) -> None:
        super().__init__(schema, graphql_ide=None)
        self._state, self._agent = state, agent

    async def get_context(self, request: Any, response: Any) -> Context:
        """Return the loaders of this request."""
        return {"loaders": Loaders(self._state["pool"]), "agent": self._agent}


def application(subgraphs: dict[str, federation.Schema], dsn: str, agent: str) -> Starlette:
    """Return these subgraphs, which read the rows of this agent's people in this database."""
    state: dict[str, Pool] = {}

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(dsn, min_size=0, server_settings={"jit": "off"}) as pool:
            state["pool"] = pool
            yield

    return Starlette(
        routes=[Mount(f"/{name}", SubgraphApp(schema, state, agent)) for name, schema in subgraphs.items()],
        lifespan=lifespan,
    )


async def _serve(agent: str) -> None:
    subgraphs = schemas()
    with create_server(("127.0.0.1", 0)) as listening:
        description = {
            "port": listening.getsockname()[1],
            "sdl": {name: schema.as_str() for name, schema in subgraphs.items()},
        }
        sys.stdout.buffer.write(orjson.dumps(description) + b"\n")
        sys.stdout.flush()
        served = application(subgraphs, os.environ["DATABASE_URL"], agent)
        await uvicorn.Server(uvicorn.Config(served, log_level="warning")).serve([listening])


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
