"""Mutations of contracts: an agent drafts one, each party signs for itself, a signed one is renewed by another draft.

A contract binds two parties (CASF L.262-35 and L.262-36, C. trav. L.5411-6): it is signed when both have signed, and
what they signed is never changed. A contract of another system is drafted and signed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from schema.categories import Category
from schema.days import day_of
from subgraphs.kit.facts_sql import ORGANISATION, TODAY
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.write.inputs import Together, expected_version, idempotency_key, target, written, written_input
from subgraphs.kit.write.mutations import Requirement, change, creation, succession
from subgraphs.people import journey_tables as j
from subgraphs.people import values as v
from subgraphs.people.journey import Contract

KINDS = frozenset({"CER", "CONTRAT_ENGAGEMENT"})
"""What the Conseil départemental and those who act for it conclude; the others are of France Travail and the missions
locales."""
PAST, FUTURE, LONGEST = timedelta(days=60), timedelta(days=180), timedelta(days=731)
"""How far from today a contract may begin or have been signed on paper, and how long it may last."""


def _kind(kind: str, now: datetime) -> bool:
    return kind in KINDS


def _start(day: date, now: datetime) -> bool:
    return -PAST <= day - day_of(now) <= FUTURE


def _signed(day: date, now: datetime) -> bool:
    return -PAST <= day - day_of(now) <= timedelta(0)


def _signed_here(day: date, now: datetime) -> bool:
    return day == day_of(now)


def _length(starts_on: date, ends_on: date) -> bool:
    return timedelta(0) < ends_on - starts_on <= LONGEST


_LENGTH = Together("startsOn", "endsOn", _length, "CONTRACT_LENGTH")
_ITEM = j.contract.c
_OWN = Requirement(
    _ITEM.organisation_siret == ORGANISATION,
    "NOT_A_PARTY",
    "Seul l'organisme qui a préparé le contrat peut le faire.",
)
_CURRENT = Requirement(_ITEM.ends_on >= TODAY, "CONTRACT_ENDED", "Le contrat est arrivé à son terme.")
_SIGNED = Requirement(
    _ITEM.signed_on.is_not(None), "CONTRACT_NOT_SIGNED", "Seul un contrat signé par les deux parties se renouvelle."
)


def _unsigned(column: Any) -> Requirement:
    return Requirement(column.is_(None), "CONTRACT_SIGNED", "Cette partie a déjà signé le contrat.")


@written_input(Contract, "Projet de contrat entre la personne et l'organisme de l'agent.", _LENGTH)
class DraftContractInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne qui s'engagera.")
    kind: v.ContractKind = written("kind", "Nature : CER ou CONTRAT_ENGAGEMENT.", check=_kind, expected="CONTRACT_KIND")
    starts_on: Date = written("startsOn", "Date de début.", check=_start, expected="CONTRACT_START")
    ends_on: Date = written("endsOn", "Date de fin, 24 mois au plus après le début.")


@written_input(Contract, "Signature d'un contrat par l'organisme qui l'a préparé.")
class SignContractInput:
    idempotency_key: str = idempotency_key()
    contract: ID = target("Contrat.")
    expected_version: int = expected_version()
    signed_on: Date = written(
        "organisationSignedOn", "Date de la signature.", check=_signed, expected="CONTRACT_SIGNATURE"
    )


@written_input(Contract, "Signature d'un contrat par la personne, pour elle-même.")
class SignOwnContractInput:
    idempotency_key: str = idempotency_key()
    contract: ID = target("Contrat.")
    expected_version: int = expected_version()
    signed_on: Date = written(
        "personSignedOn",
        "Date du jour.",
        check=_signed_here,
        expected="TODAY",
        category=Category.SIGNATURE,
    )


@written_input(Contract, "Projet de contrat qui en suit un autre, de même nature et de la même personne.", _LENGTH)
class RenewContractInput:
    idempotency_key: str = idempotency_key()
    contract: ID = target("Contrat à renouveler.")
    expected_version: int = expected_version()
    starts_on: Date = written("startsOn", "Date de début.", check=_start, expected="CONTRACT_START")
    ends_on: Date = written("endsOn", "Date de fin, 24 mois au plus après le début.")


def _new(item: str, person: str) -> Mapping[str, Any]:
    """A contract says all in its inputs."""
    return {}


@strawberry.type
class ContractMutation:
    """What is written of contracts."""

    draft_contract: Contract | None = creation(
        "Prépare un contrat, que personne n'a encore signé.", DraftContractInput, _new
    )
    sign_contract: Contract | None = change(
        "Signe un contrat pour l'organisme qui l'a préparé.",
        SignContractInput,
        _OWN,
        _unsigned(_ITEM.organisation_signed_on),
        _CURRENT,
    )
    sign_own_contract: Contract | None = change(
        "Signe, pour soi-même, un contrat que l'organisme a préparé.",
        SignOwnContractInput,
        _unsigned(_ITEM.person_signed_on),
        _CURRENT,
    )
    renew_contract: Contract | None = succession(
        "Prépare le contrat qui en suit un autre, que les deux parties signeront à son tour.",
        RenewContractInput,
        _new,
        {"kind": "kind", "renews": "id"},
        _OWN,
        _SIGNED,
    )
