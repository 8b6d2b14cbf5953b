"""The graph of the bench's queries with plain Strawberry resolvers, DataLoaders and asyncpg, over the same tables.

Written as Strawberry's documentation teaches, and as well as we can: one loader per kind of object, statements that
read what is asked. There is no policy, journal, row security or second service: only the hub pays for those. Enums are
plain strings here, which costs less.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

from benchmarks import statements as sql
from benchmarks.loaders import Loaders, Pool

Context = dict[str, Any]
RequestInfo = Info[Context, None]


def _loaders(info: RequestInfo) -> Loaders:
    loaders: Loaders = info.context["loaders"]
    return loaders


@strawberry.type
class Structure:
    name: str | None
    siret: str | None


async def _structure(info: RequestInfo, key: str | None) -> Structure | None:
    row = await _loaders(info).row(sql.STRUCTURE, key) if key is not None else None
    return Structure(name=row["name"], siret=row["siret"]) if row is not None else None


@strawberry.type
class Address:
    postal_code: str | None
    city: str | None
    city_code: str | None


@strawberry.type
class Contact:
    email: str | None
    phones: list[str] | None
    address: Address | None


@strawberry.type
class Rsa:
    status: str | None
    rights_and_duties_since: date | None


@strawberry.type
class Agent:
    first_name: str | None
    last_name: str | None


@strawberry.type
class Referent:
    row: strawberry.Private[Any]
    since: date | None

    @strawberry.field
    async def agent(self, info: RequestInfo) -> Agent | None:
        row = await _loaders(info).row(sql.AGENT, self.row["agent_id"])
        return Agent(first_name=row["first_name"], last_name=row["last_name"]) if row is not None else None

    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await _structure(info, self.row["structure_id"])


@strawberry.type
class Constraint:
    theme: str | None
    state: str | None
    impact: str | None


@strawberry.type
class Contract:
    kind: str | None
    signed_on: date | None
    ends_on: date | None


@strawberry.type
class Orientation:
    row: strawberry.Private[Any]
    pathway: str | None
    starts_on: date | None

    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await _structure(info, self.row["structure_id"])


@strawberry.type
class Motive:
    category: str | None


@strawberry.type
class Organisation:
    name: str | None


@strawberry.type
class Appointment:
    row: strawberry.Private[Any]
    starts_at: datetime | None
    mode: str | None
    status: str | None
    motive: Motive | None

    @strawberry.field
    async def organisation(self, info: RequestInfo) -> Organisation | None:
        row = await _loaders(info).row(sql.ORGANISATION, self.row["organisation_id"])
        return Organisation(name=row["name"]) if row is not None else None


@strawberry.type
class AppointmentConnection:
    nodes: list[Appointment]


@strawberry.type
class Service:
    row: strawberry.Private[Any]
    name: str | None

    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await _structure(info, self.row["structure_id"])


@strawberry.type
class Referral:
    row: strawberry.Private[Any]
    status: str | None
    sent_on: date | None

    @strawberry.field
    async def service(self, info: RequestInfo) -> Service | None:
        row = await _loaders(info).row(sql.SERVICE, self.row["service_id"])
        return Service(row=row, name=row["name"]) if row is not None else None


@strawberry.type
class ReferralConnection:
    nodes: list[Referral]


@strawberry.type
class Company:
    name: str | None
    kind: str | None


@strawberry.type
class JobApplication:
    row: strawberry.Private[Any]
    state: str | None

    @strawberry.field
    async def company(self, info: RequestInfo) -> Company | None:
        row = await _loaders(info).row(sql.COMPANY, self.row["company_id"])
        return Company(name=row["name"], kind=row["kind"]) if row is not None else None


@strawberry.type
class JobApplicationConnection:
    nodes: list[JobApplication]


@strawberry.type
class Immersion:
    status: str | None
    starts_on: date | None
    ends_on: date | None


@strawberry.type
class ImmersionConnection:
    nodes: list[Immersion]


@strawberry.type
class Training:
    title: str | None


@strawberry.type
class TrainingSession:
    row: strawberry.Private[Any]
    starts_on: date | None

    @strawberry.field
    async def training(self, info: RequestInfo) -> Training | None:
        row = await _loaders(info).row(sql.TRAINING, self.row["training_id"])
        return Training(title=row["title"]) if row is not None else None


@strawberry.type
class TrainingPlacement:
    row: strawberry.Private[Any]
    status: str | None

    @strawberry.field
    async def session(self, info: RequestInfo) -> TrainingSession | None:
        row = await _loaders(info).row(sql.SESSION, self.row["session_id"])
        return TrainingSession(row=row, starts_on=row["starts_on"]) if row is not None else None


@strawberry.type
class TrainingPlacementConnection:
    nodes: list[TrainingPlacement]


@strawberry.type
class SuggestedService:
    row: strawberry.Private[Any]
    name: str | None
    thematics: list[str] | None
    distance_km: float | None

    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await _structure(info, self.row["structure_id"])


@strawberry.type
class SuggestedServiceConnection:
    nodes: list[SuggestedService]


@strawberry.type
class Person:
    id: strawberry.ID
    civility: str | None
    first_name: str | None
    last_name: str | None
    birth_name: str | None
    birth_date: date | None
    birth_city_code: str | None

    @strawberry.field
    def birth_year(self) -> int | None:
        return self.birth_date.year if self.birth_date is not None else None

    @strawberry.field
    async def contact(self, info: RequestInfo) -> Contact | None:
        row = await _loaders(info).row(sql.CONTACT, self.id)
        if row is None:
            return None
        address = Address(postal_code=row["postal_code"], city=row["city"], city_code=row["city_code"])
        return Contact(email=row["email"], phones=row["phones"], address=address)

    @strawberry.field
    async def rsa(self, info: RequestInfo) -> Rsa | None:
        row = await _loaders(info).row(sql.RSA, self.id)
        if row is None:
            return None
        return Rsa(status=row["status"], rights_and_duties_since=row["rights_and_duties_since"])

    @strawberry.field
    async def referent(self, info: RequestInfo) -> Referent | None:
        row = await _loaders(info).row(sql.REFERENT, self.id)
        return Referent(row=row, since=row["since"]) if row is not None else None

    @strawberry.field
    async def constraints(self, info: RequestInfo) -> list[Constraint]:
        rows = await _loaders(info).rows(sql.CONSTRAINTS, self.id)
        return [Constraint(theme=row["theme"], state=row["state"], impact=row["impact"]) for row in rows]

    @strawberry.field
    async def contracts(self, info: RequestInfo) -> list[Contract]:
        rows = await _loaders(info).rows(sql.CONTRACTS, self.id)
        return [Contract(kind=row["kind"], signed_on=row["signed_on"], ends_on=row["ends_on"]) for row in rows]

    @strawberry.field
    async def orientations(self, info: RequestInfo) -> list[Orientation]:
        rows = await _loaders(info).rows(sql.ORIENTATIONS, self.id)
        return [Orientation(row=row, pathway=row["pathway"], starts_on=row["starts_on"]) for row in rows]

    @strawberry.field
    async def appointments(self, info: RequestInfo, first: int = 20) -> AppointmentConnection:
        rows = await _loaders(info).rows(sql.APPOINTMENTS, self.id, first)
        nodes = [
            Appointment(
                row=row,
                starts_at=row["starts_at"],
                mode=row["mode"],
                status=row["status"],
                motive=Motive(category=row["motive_category"]),
            )
            for row in rows
        ]
        return AppointmentConnection(nodes=nodes)

    @strawberry.field
    async def referrals(self, info: RequestInfo, first: int = 20) -> ReferralConnection:
        rows = await _loaders(info).rows(sql.REFERRALS, self.id, first)
        return ReferralConnection(
            nodes=[Referral(row=row, status=row["status"], sent_on=row["sent_on"]) for row in rows]
        )

    @strawberry.field
    async def job_applications(self, info: RequestInfo, first: int = 20) -> JobApplicationConnection:
        rows = await _loaders(info).rows(sql.APPLICATIONS, self.id, first)
        return JobApplicationConnection(nodes=[JobApplication(row=row, state=row["state"]) for row in rows])

    @strawberry.field
    async def immersions(self, info: RequestInfo, first: int = 20) -> ImmersionConnection:
        rows = await _loaders(info).rows(sql.IMMERSIONS, self.id, first)
        nodes = [Immersion(status=row["status"], starts_on=row["starts_on"], ends_on=row["ends_on"]) for row in rows]
        return ImmersionConnection(nodes=nodes)

    @strawberry.field
    async def training_placements(self, info: RequestInfo, first: int = 20) -> TrainingPlacementConnection:
        rows = await _loaders(info).rows(sql.PLACEMENTS, self.id, first)
        return TrainingPlacementConnection(nodes=[TrainingPlacement(row=row, status=row["status"]) for row in rows])

    @strawberry.field
    async def suggested_services(self, info: RequestInfo, first: int = 20) -> SuggestedServiceConnection:
        rows = await _loaders(info).rows(sql.SUGGESTED, self.id, first)
        nodes = [
            SuggestedService(row=row, name=row["name"], thematics=row["thematics"], distance_km=row["distance_km"])
            for row in rows
        ]
        return SuggestedServiceConnection(nodes=nodes)


@strawberry.type
class PersonConnection:
    nodes: list[Person]


@strawberry.type
class Query:
    @strawberry.field
    async def person(self, info: RequestInfo, id: strawberry.ID) -> Person | None:  # noqa: A002
        row = await _loaders(info).pool.fetchrow(sql.PERSON, id)
        return Person(**row) if row is not None else None

    @strawberry.field
    async def persons(self, info: RequestInfo, first: int = 20) -> PersonConnection:
        rows = await _loaders(info).pool.fetch(sql.PERSONS, info.context["agent"], first)
        return PersonConnection(nodes=[Person(**row) for row in rows])


class ResolverSchema(strawberry.Schema):
    """A schema of Strawberry that leaves graphql-core's own introspection as it is for the rest of the process."""

    def _extend_introspection(self) -> None:
        """graphql-core tells `isOneOf` itself."""


PLAIN = ResolverSchema(Query)
"""Strawberry by default: each request's document is parsed and validated."""

CACHED = ResolverSchema(Query, extensions=[ParserCache, ValidationCache])
"""Strawberry with its optional caches of parsed and validated documents."""


async def answer(
    schema: strawberry.Schema, pool: Pool, agent: str, query: str, variables: dict[str, Any]
) -> dict[str, Any]:
    """Return the data of one request of this agent, with new loaders."""
    context = {"loaders": Loaders(pool), "agent": agent}
    result = await schema.execute(query, variable_values=variables, context_value=context)
    if result.errors or result.data is None:
        raise RuntimeError(str(result.errors))
    return result.data
