"""Mutations of the subgraph `appointments`: an agent records a rendez-vous of its own organisation, and who came.

A rendez-vous of another system is changed there: RDV-Insertion keeps its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import strawberry

from subgraphs.appointments import values as v
from subgraphs.appointments.tables import appointment
from subgraphs.appointments.types import Appointment
from subgraphs.kit.facts_sql import TODAY
from subgraphs.kit.fields import day_column
from subgraphs.kit.scalars import ID, DateTime
from subgraphs.kit.write.inputs import expected_version, idempotency_key, target, written, written_input
from subgraphs.kit.write.mutations import Requirement, change, creation

PAST, FUTURE = timedelta(days=5 * 366), timedelta(days=2 * 366)
"""How far from now a rendez-vous may begin."""


def _in_reach(starts_at: datetime, now: datetime) -> bool:
    return now - PAST <= starts_at <= now + FUTURE


def _duration(minutes: int, now: datetime) -> bool:
    return 5 <= minutes <= 24 * 60


@written_input(Appointment, "Rendez-vous à enregistrer, de sa propre organisation.")
class RecordAppointmentInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui a le rendez-vous.")
    starts_at: DateTime = written("startsAt", "Début.", check=_in_reach, expected="APPOINTMENT_START")
    duration_minutes: int | None = written(
        "durationMinutes", "Durée prévue, en minutes.", required=False, check=_duration, expected="APPOINTMENT_MINUTES"
    )
    mode: v.AppointmentMode | None = written("mode", "Modalité.", required=False)
    motive: v.MotiveCategory | None = written("motive.category", "Catégorie du motif.", required=False)


@written_input(Appointment, "Présence de la personne à un rendez-vous enregistré ici.")
class SetAppointmentStatusInput:
    idempotency_key: str = idempotency_key()
    appointment: ID = target("Rendez-vous.")
    expected_version: int = expected_version()
    status: v.AppointmentStatus = written("status", "Présence de la personne.", overwrites=True)


_BEGUN = Requirement(
    day_column(appointment.c.starts_at) <= TODAY,
    "APPOINTMENT_TO_COME",
    "Avant le jour du rendez-vous, personne n'y est venu ni n'y a manqué.",
    concerns=("status", frozenset({"VU", "ABSENT"})),
)


def _new(item: str, person: str) -> Mapping[str, Any]:
    """The columns of a rendez-vous that an agent records."""
    return {"status": "INCONNU", "initiator": "agent", "rdv_source_id": item, "subject_source_id": person}


@strawberry.type(description="Écritures, une par requête.")
class Mutation:
    record_appointment: Appointment | None = creation(
        "Enregistre un rendez-vous de la personne avec l'organisation de l'agent.", RecordAppointmentInput, _new
    )
    set_appointment_status: Appointment | None = change(
        "Dit si la personne est venue à un rendez-vous enregistré ici.", SetAppointmentStatusInput, _BEGUN
    )
