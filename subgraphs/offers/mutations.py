"""Mutations of the subgraph `offers`: an agent refers a person to a service, applies to an employer for it, or proposes
it for an immersion.

Another system keeps each (decision 0122): the item is written here, and queued for that system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from schema.days import day_of
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.sensitive_organisations import category_of_name
from subgraphs.kit.write.inputs import (
    Together,
    idempotency_key,
    is_soon,
    linked,
    target,
    written,
    written_input,
)
from subgraphs.kit.write.mutations import OFFER_UNKNOWN, request_to
from subgraphs.offers import values as v
from subgraphs.offers.employer_tables import company, immersion_offer
from subgraphs.offers.journey_types import ImmersionAgreement, JobApplication, Referral
from subgraphs.offers.tables import service

REFERRALS, APPLICATIONS, IMMERSIONS = "orientations", "emplois", "immersion-facile"
"""The systems that keep them, by the name of the source that tells of their items."""
LONGEST_IMMERSION = timedelta(days=30)
"""From the first day of an immersion to its last, as Immersion facilitée admits it (C. trav. D.5135-3: one month)."""


@written_input(Referral, "Orientation d'une personne vers un service.")
class ReferToServiceInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui est orientée.")
    service: ID = linked(
        "service",
        "Service vers lequel elle l'est, du catalogue.",
        among=service.c.id.is_not(None),
        refusal=OFFER_UNKNOWN,
    )


@written_input(JobApplication, "Candidature d'une personne auprès d'un employeur de l'inclusion.")
class ApplyToJobInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui candidate.")
    company: ID = linked("company", "Employeur, du catalogue.", among=company.c.id.is_not(None), refusal=OFFER_UNKNOWN)


def _length(starts_on: date, ends_on: date) -> bool:
    return timedelta(0) <= ends_on - starts_on <= LONGEST_IMMERSION


@written_input(
    ImmersionAgreement,
    "Proposition d'une immersion dans une entreprise.",
    Together("startsOn", "endsOn", _length, "IMMERSION_LENGTH"),
)
class ProposeImmersionInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne à qui l'immersion est proposée.")
    offer: ID = linked(
        "offer",
        "Offre d'immersion, du catalogue.",
        among=immersion_offer.c.id.is_not(None),
        copies={"siret": "siret", "company_name": "company_name", "rome_code": "rome_code"},
        refusal=OFFER_UNKNOWN,
    )
    objective: v.ImmersionObjective = written("objective", "Objet (C. trav. L.5135-1).")
    starts_on: Date = written("startsOn", "Premier jour, d'aujourd'hui à 90 jours.", check=is_soon, expected="SOON")
    ends_on: Date = written("endsOn", "Dernier jour, 30 jours au plus après le premier.")


def _referral(now: datetime, copied: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns of a new referral."""
    return {"sent_on": day_of(now)}


def _application(now: datetime, copied: Mapping[str, Any]) -> Mapping[str, Any]:
    """The columns of a new application."""
    return {"sender": "prescriber", "created_at": now, "updated_at": now}


def _immersion(now: datetime, copied: Mapping[str, Any]) -> Mapping[str, Any]:
    """What naming the host of a new immersion reveals."""
    return {"sensitivity": category_of_name(copied["company_name"])}


@strawberry.type(description="Écritures, une par requête.")
class Mutation:
    refer_to_service: Referral | None = request_to(
        REFERRALS,
        "Oriente la personne vers un service : l'orientation est transmise au système qui les tient, et n'y existe "
        "qu'une fois acceptée (« transmission »).",
        ReferToServiceInput,
        _referral,
    )
    apply_to_job: JobApplication | None = request_to(
        APPLICATIONS,
        "Candidate pour la personne auprès d'un employeur de l'inclusion : la candidature est transmise au système qui "
        "les tient, et n'y existe qu'une fois acceptée (« transmission »).",
        ApplyToJobInput,
        _application,
    )
    propose_immersion: ImmersionAgreement | None = request_to(
        IMMERSIONS,
        "Propose à la personne une immersion dans une entreprise : la proposition est transmise au système qui tient "
        "les conventions, et n'y existe qu'une fois acceptée (« transmission »).",
        ProposeImmersionInput,
        _immersion,
    )
