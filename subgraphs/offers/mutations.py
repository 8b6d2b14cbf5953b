"""Mutations of the subgraph `offers`: an agent refers a person to a service, or applies to an employer for it.

Both are kept by another system (decision 0122): the item is written here, and queued for that system.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import strawberry

from schema.days import day_of
from subgraphs.kit.scalars import ID
from subgraphs.kit.write.inputs import idempotency_key, linked, target, written_input
from subgraphs.kit.write.mutations import OFFER_UNKNOWN, request_to
from subgraphs.offers.employer_tables import company
from subgraphs.offers.journey_types import JobApplication, Referral
from subgraphs.offers.tables import service

REFERRALS, APPLICATIONS = "orientations", "emplois"
"""The systems that keep them, by the name of the source that tells of their items."""


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


def _referral(now: datetime) -> Mapping[str, Any]:
    """The columns of a new referral."""
    return {"sent_on": day_of(now)}


def _application(now: datetime) -> Mapping[str, Any]:
    """The columns of a new application."""
    return {"sender": "prescriber", "created_at": now, "updated_at": now}


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
