"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import AppointmentStatus
from .inputs import SetAppointmentStatusInput
from .runtime.models import Model, Operation


class SetAppointmentStatusData(Model, frozen=True, kw_only=True):
    """Ce que répond le hub à « SetAppointmentStatus »."""
    set_appointment_status: SetAppointmentStatusSetAppointmentStatus | None = field(name="setAppointmentStatus")
    """Dit si la personne est venue à un rendez-vous enregistré ici. — Catégorie : TECH"""


class SetAppointmentStatusSetAppointmentStatus(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    version: int | None
    """Version, à donner pour changer la présence ; elle dit que l'élément a changé, donc, parfois, une absence. —
    Catégorie : ASSIDU"""
    status: AppointmentStatus | None
    """Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée. —
    Catégorie : SUIVI ; certaines valeurs : ASSIDU"""


class SetAppointmentStatus(Operation[SetAppointmentStatusData], frozen=True, kw_only=True):
    """Dit si la personne est venue à un rendez-vous enregistré par le hub."""
    NAME = "SetAppointmentStatus"
    DOCUMENT = """mutation SetAppointmentStatus($input: SetAppointmentStatusInput!) {
  setAppointmentStatus(input: $input) {
    id
    version
    status
  }
}"""
    DOCUMENT_ID = "32f2f5fac55b3d31605de81724507e18be8c2dcd7e4e3b4bd83220dfc723670b"
    DATA = SetAppointmentStatusData
    input: SetAppointmentStatusInput
