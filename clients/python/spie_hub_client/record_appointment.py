"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import AppointmentMode, MotiveCategory
from .inputs import RecordAppointmentInput
from .runtime.models import DateTime, Model, Operation


class RecordAppointmentData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « RecordAppointment »."""
    record_appointment: RecordAppointmentRecordAppointment | None = field(name="recordAppointment")
    """Enregistre un rendez-vous de la personne avec l'organisation de l'agent. — Catégorie : TECH"""


class RecordAppointmentRecordAppointment(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour changer la présence ; elle dit que l'élément a changé, donc, parfois, une absence. —
    Catégorie : ASSIDU"""
    starts_at: DateTime | None = field(name="startsAt")
    """Début du rendez-vous. — Catégorie : SUIVI"""
    duration_minutes: int | None = field(name="durationMinutes")
    """Durée prévue, en minutes. — Catégorie : SUIVI"""
    mode: AppointmentMode | None
    """Modalité. — Catégorie : SUIVI"""
    motive: RecordAppointmentRecordAppointmentMotive | None
    """Motif. — Catégorie : SUIVI"""


class RecordAppointmentRecordAppointmentMotive(Model, frozen=True, kw_only=True):
    """Motif d'un rendez-vous ou d'une invitation."""
    category: MotiveCategory | None
    """Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie. — Catégorie : SUIVI ; certaines
    valeurs : SAN"""


class RecordAppointment(Operation[RecordAppointmentData], frozen=True, kw_only=True):
    """Enregistre un rendez-vous de la personne avec l'organisation de l'agent."""
    NAME = "RecordAppointment"
    DOCUMENT = """mutation RecordAppointment($input: RecordAppointmentInput!) {
  recordAppointment(input: $input) {
    id
    version
    startsAt
    durationMinutes
    mode
    motive {
      category
    }
  }
}"""
    DOCUMENT_ID = "3d7b5d94b292eaae67e710cee8585357257b47487b8b5cc9a941e4cb620d81bc"
    DATA = RecordAppointmentData
    input: RecordAppointmentInput
