"""Root fields of the subgraph `appointments`, and its model."""

from __future__ import annotations

from enum import Enum

import strawberry

from subgraphs.appointments.mutations import Mutation
from subgraphs.appointments.types import SUIVI, TYPES, Appointment
from subgraphs.appointments.values import AppointmentStatus
from subgraphs.kit.connection_types import JudgedConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.root_fields import Comparison, caseload, criterion, filter_of, order_of, sort
from subgraphs.kit.scalars import ID, Date, DateTime
from subgraphs.kit.subgraph_model import model


@filter_of(Appointment, "Critères de recherche de rendez-vous.")
class AppointmentFilter:
    day: Date | None = criterion("day", "Jour du rendez-vous, à l'heure de Paris.")
    starts_from: DateTime | None = criterion("startsAt", "Débute à partir de cet instant, compris.", Comparison.FROM)
    starts_before: DateTime | None = criterion("startsAt", "Débute avant cet instant.", Comparison.BEFORE)
    status: AppointmentStatus | None = criterion("status", "Présence de la personne.")
    organisation: ID | None = criterion("organisation.id", "Organisation qui reçoit.")


@order_of(Appointment, "Ordre d'une liste de rendez-vous.")
class AppointmentOrder(Enum):
    STARTS_AT = sort("Par date de début.", "startsAt")
    STARTS_AT_DESC = sort("Par date de début, le plus tardif en premier.", "startsAt", descending=True)


@strawberry.type
class Query(SubgraphQuery):
    appointments: JudgedConnection[Appointment] | None = caseload(
        "Rendez-vous des personnes suivies.", SUIVI, filter=AppointmentFilter, order=AppointmentOrder
    )


MODEL = model("appointments", TYPES, Query, Mutation)
