"""The graph of the bench's queries with plain Strawberry resolvers, DataLoaders and asyncpg, over the same tables.

Written as Strawberry's documentation teaches, and as well as we can: one loader per kind of object, statements that
read what is asked. There is no policy, journal, row security or second service: only the hub pays for those. Enums are
plain strings here, which costs less. `benchmarks.plain_subgraphs` serves the same types as four subgraphs.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache

from benchmarks import statements as sql
from benchmarks.loaders import Loaders, Pool
from benchmarks.resolved_items import (
    Address,
    Appointment,
    AppointmentConnection,
    Constraint,
    Contact,
    Contract,
    Immersion,
    ImmersionConnection,
    JobApplication,
    JobApplicationConnection,
    Motive,
    Orientation,
    Referent,
    Referral,
    ReferralConnection,
    RequestInfo,
    Rsa,
    SuggestedService,
    SuggestedServiceConnection,
    TrainingPlacement,
    TrainingPlacementConnection,
    loaders,
)


@strawberry.type
class PersonProfile:
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
        row = await loaders(info).row(sql.CONTACT, self.id)
        if row is None:
            return None
        address = Address(postal_code=row["postal_code"], city=row["city"], city_code=row["city_code"])
        return Contact(email=row["email"], phones=row["phones"], address=address)

    @strawberry.field
    async def rsa(self, info: RequestInfo) -> Rsa | None:
        row = await loaders(info).row(sql.RSA, self.id)
        if row is None:
            return None
        return Rsa(status=row["status"], rights_and_duties_since=row["rights_and_duties_since"])

    @strawberry.field
    async def constraints(self, info: RequestInfo) -> list[Constraint]:
        rows = await loaders(info).rows(sql.CONSTRAINTS, self.id)
        return [Constraint(theme=row["theme"], state=row["state"], impact=row["impact"]) for row in rows]

    @strawberry.field
    async def contracts(self, info: RequestInfo) -> list[Contract]:
        rows = await loaders(info).rows(sql.CONTRACTS, self.id)
        return [Contract(kind=row["kind"], signed_on=row["signed_on"], ends_on=row["ends_on"]) for row in rows]


@strawberry.type
class PersonFollowed:
    id: strawberry.ID

    @strawberry.field
    async def referent(self, info: RequestInfo) -> Referent | None:
        row = await loaders(info).row(sql.REFERENT, self.id)
        return Referent(row=row, since=row["since"]) if row is not None else None

    @strawberry.field
    async def orientations(self, info: RequestInfo) -> list[Orientation]:
        rows = await loaders(info).rows(sql.ORIENTATIONS, self.id)
        return [Orientation(row=row, pathway=row["pathway"], starts_on=row["starts_on"]) for row in rows]


@strawberry.type
class PersonAppointments:
    id: strawberry.ID

    @strawberry.field
    async def appointments(self, info: RequestInfo, first: int = 20) -> AppointmentConnection:
        rows = await loaders(info).rows(sql.APPOINTMENTS, self.id, first)
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


@strawberry.type
class PersonOffers:
    id: strawberry.ID

    @strawberry.field
    async def referrals(self, info: RequestInfo, first: int = 20) -> ReferralConnection:
        rows = await loaders(info).rows(sql.REFERRALS, self.id, first)
        return ReferralConnection(
            nodes=[Referral(row=row, status=row["status"], sent_on=row["sent_on"]) for row in rows]
        )

    @strawberry.field
    async def job_applications(self, info: RequestInfo, first: int = 20) -> JobApplicationConnection:
        rows = await loaders(info).rows(sql.APPLICATIONS, self.id, first)
        return JobApplicationConnection(nodes=[JobApplication(row=row, state=row["state"]) for row in rows])

    @strawberry.field
    async def immersions(self, info: RequestInfo, first: int = 20) -> ImmersionConnection:
        rows = await loaders(info).rows(sql.IMMERSIONS, self.id, first)
        nodes = [Immersion(status=row["status"], starts_on=row["starts_on"], ends_on=row["ends_on"]) for row in rows]
        return ImmersionConnection(nodes=nodes)

    @strawberry.field
    async def suggested_services(self, info: RequestInfo, first: int = 20) -> SuggestedServiceConnection:
        rows = await loaders(info).rows(sql.SUGGESTED, self.id, first)
        nodes = [
            SuggestedService(row=row, name=row["name"], thematics=row["thematics"], distance_km=row["distance_km"])
            for row in rows
        ]
        return SuggestedServiceConnection(nodes=nodes)


@strawberry.type
class PersonTrainings:
    id: strawberry.ID

    @strawberry.field
    async def training_placements(self, info: RequestInfo, first: int = 20) -> TrainingPlacementConnection:
        rows = await loaders(info).rows(sql.PLACEMENTS, self.id, first)
        return TrainingPlacementConnection(nodes=[TrainingPlacement(row=row, status=row["status"]) for row in rows])


@strawberry.type
class Person(PersonProfile, PersonFollowed, PersonAppointments, PersonOffers, PersonTrainings):
    pass


@strawberry.type
class PersonConnection:
    nodes: list[Person]


@strawberry.type
class Query:
    @strawberry.field
    async def person(self, info: RequestInfo, id: strawberry.ID) -> Person | None:  # noqa: A002
        row = await loaders(info).pool.fetchrow(sql.PERSON, id)
        return Person(**row) if row is not None else None

    @strawberry.field
    async def persons(self, info: RequestInfo, first: int = 20) -> PersonConnection:
        rows = await loaders(info).pool.fetch(sql.PERSONS, info.context["agent"], first)
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
