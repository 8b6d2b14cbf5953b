"""The types of items that the plain resolvers return, and how each reads what it refers to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import strawberry
from strawberry.types import Info

from benchmarks import statements as sql
from benchmarks.loaders import Loaders

Context = dict[str, Any]
RequestInfo = Info[Context, None]


def loaders(info: RequestInfo) -> Loaders:
    request_loaders: Loaders = info.context["loaders"]
    return request_loaders


@strawberry.type
class Structure:
    id: strawberry.ID
    name: str | None
    siret: str | None

    @classmethod
    async def resolve_reference(cls, info: RequestInfo, id: strawberry.ID) -> Structure | None:  # noqa: A002
        return await structure_of(info, id)


async def structure_of(info: RequestInfo, key: str | None) -> Structure | None:
    row = await loaders(info).row(sql.STRUCTURE, key) if key is not None else None
    return Structure(id=row["key"], name=row["name"], siret=row["siret"]) if row is not None else None


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
class ReferentAgent:
    row: strawberry.Private[Any]
    since: date | None

    @strawberry.field
    async def agent(self, info: RequestInfo) -> Agent | None:
        row = await loaders(info).row(sql.AGENT, self.row["agent_id"])
        return Agent(first_name=row["first_name"], last_name=row["last_name"]) if row is not None else None


@strawberry.type
class Referent(ReferentAgent):
    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await structure_of(info, self.row["structure_id"])


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
class OrientationPathway:
    row: strawberry.Private[Any]
    pathway: str | None
    starts_on: date | None


@strawberry.type
class Orientation(OrientationPathway):
    @strawberry.field
    async def structure(self, info: RequestInfo) -> Structure | None:
        return await structure_of(info, self.row["structure_id"])


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
        row = await loaders(info).row(sql.ORGANISATION, self.row["organisation_id"])
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
        return await structure_of(info, self.row["structure_id"])


@strawberry.type
class Referral:
    row: strawberry.Private[Any]
    status: str | None
    sent_on: date | None

    @strawberry.field
    async def service(self, info: RequestInfo) -> Service | None:
        row = await loaders(info).row(sql.SERVICE, self.row["service_id"])
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
        row = await loaders(info).row(sql.COMPANY, self.row["company_id"])
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
        row = await loaders(info).row(sql.TRAINING, self.row["training_id"])
        return Training(title=row["title"]) if row is not None else None


@strawberry.type
class TrainingPlacement:
    row: strawberry.Private[Any]
    status: str | None

    @strawberry.field
    async def session(self, info: RequestInfo) -> TrainingSession | None:
        row = await loaders(info).row(sql.SESSION, self.row["session_id"])
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
        return await structure_of(info, self.row["structure_id"])


@strawberry.type
class SuggestedServiceConnection:
    nodes: list[SuggestedService]
