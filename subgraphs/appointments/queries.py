"""Root fields of the subgraph `appointments`, and its model."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.appointments.types import TYPES
from subgraphs.kit.fields import Sort
from subgraphs.kit.subgraph_model import Comparison, Criterion, Root, RootKind, model

ROOTS = (
    Root(
        "appointments",
        "Appointment",
        "Rendez-vous des personnes suivies.",
        RootKind.CASELOAD,
        category=Category.SUIVI,
        filter="AppointmentFilter",
        filter_description="Critères de recherche de rendez-vous.",
        criteria={
            "startsFrom": Criterion("startsAt", "Débute à partir de cet instant, compris.", Comparison.FROM),
            "startsBefore": Criterion("startsAt", "Débute avant cet instant.", Comparison.BEFORE),
            "status": Criterion("status", "Présence de la personne."),
            "organisation": Criterion("organisation.id", "Organisation qui reçoit."),
        },
        order="AppointmentOrder",
        order_description="Ordre d'une liste de rendez-vous.",
        orders={"STARTS_AT": (Sort("startsAt"), "Par date de début.")},
    ),
)

MODEL = model("appointments", TYPES, ROOTS)
