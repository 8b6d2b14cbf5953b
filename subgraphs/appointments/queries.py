"""Root fields of the subgraph `appointments`, and its model."""

from __future__ import annotations

from enum import Enum

import strawberry
from sqlalchemy import ColumnElement, and_, or_

from subgraphs.appointments.mutations import Mutation
from subgraphs.appointments.types import SUIVI, TYPES, Appointment
from subgraphs.appointments.values import AppointmentStatus
from subgraphs.kit.connection_types import JudgedConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.fields import Sort
from subgraphs.kit.residual_sql import word
from subgraphs.kit.root_fields import Comparison, caseload, criterion, filter_of, order_of, sort
from subgraphs.kit.scalars import ID, Date, DateTime
from subgraphs.kit.signals import Days, Signal, Values
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


def _missed(row: Values, days: Days) -> ColumnElement[bool]:
    return and_(row("status") == word("ABSENT"), row("day") >= days.ago)


def _not_called_off(row: Values) -> ColumnElement[bool]:
    """Whether a rendez-vous was kept, missed or is still to come: neither excused nor cancelled."""
    return row("status").not_in([word("EXCUSE"), word("ANNULE")])


REPEATED_ABSENCES = Signal(
    days=(7, 365),
    meaning="Ancienneté de la plus vieille absence",
    reads=("status", "day"),
    since=Sort("day", descending=True),
    condition=_missed,
    other_row=lambda row, other_row, days: _missed(other_row, days),
)
LOST_CONTACTS = Signal(
    days=(14, 730),
    meaning="Temps sans rendez-vous, ni passé ni à venir",
    reads=("status", "day"),
    since=Sort("day"),
    condition=lambda row, days: and_(_not_called_off(row), row("day") < days.ago),
    other_row=lambda row, other_row, days: and_(
        _not_called_off(other_row),
        or_(other_row("day") > row("day"), and_(other_row("day") == row("day"), other_row("id") > row("id"))),
    ),
    alone=True,
)


@strawberry.type
class Query(SubgraphQuery):
    appointments: JudgedConnection[Appointment] | None = caseload(
        "Rendez-vous des personnes suivies.", SUIVI, filter=AppointmentFilter, order=AppointmentOrder
    )
    repeated_absences: JudgedConnection[Appointment] | None = caseload(
        "Signal : absences des personnes suivies qui en ont deux au moins dans la période, les plus récentes d'abord.",
        SUIVI,
        signal=REPEATED_ABSENCES,
    )
    lost_contacts: JudgedConnection[Appointment] | None = caseload(
        "Signal : dernier rendez-vous des personnes suivies qui n'en ont eu aucun depuis, et n'en ont pas à venir ; "
        "les plus anciens d'abord. Un rendez-vous excusé ou annulé ne compte pas.",
        SUIVI,
        signal=LOST_CONTACTS,
    )


MODEL = model("appointments", TYPES, Query, Mutation)
