"""Mutations by which a person is opened to others: the département's decision of an orientation, a referent and the
members of a follow-up group.

The president of the conseil départemental decides to whom a person is oriented (CASF L.262-29, C. trav. L.5411-5-1); a
body designates the referent among its own agents (CASF L.262-30). The database makes the link of each item and ends it
with the item (docs/decisions/0116). What another system says of either is changed there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import strawberry
from sqlalchemy import Text, all_, and_, func, literal_column

from schema.categories import Category
from schema.days import day_of
from schema.facts import Fact, link_key
from subgraphs.kit.facts_sql import ORGANISATION, SCOPES
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.write.inputs import (
    expected_version,
    idempotency_key,
    is_soon,
    linked,
    target,
    written,
    written_input,
)
from subgraphs.kit.write.mutations import Requirement, change, creation
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v
from subgraphs.people.journey import GroupMember, Orientation

DESIGNATION = Category.DESIGNATION
AS_REFERENT = func.concat(literal_column(f"'{link_key(Fact.REFERENT, '')}'", Text()), j.agent.c.id)
"""The scope that an agent has as a referent."""


def _today(day: date, now: datetime) -> bool:
    return day == day_of(now)


def _colleague() -> Any:
    """An agent whom a source knows as one of the writer's own organisation, and who is not the writer, which would keep
    the person open to itself after its source ends that."""
    return linked(
        "agent",
        "Agent de votre organisme, par son identifiant du hub.",
        category=DESIGNATION,
        among=and_(j.agent.c.organisation_siret == ORGANISATION, all_(SCOPES) != AS_REFERENT),
        refusal=("AGENT_NOT_YOURS", "L'agent n'est pas connu comme un autre agent de votre organisme."),
    )


def _since() -> Any:
    return written("since", "Date du jour.", check=_today, expected="TODAY", category=DESIGNATION)


@written_input(Orientation, "Décision d'orientation d'une personne du périmètre du département.")
class DecideOrientationInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne à orienter.")
    pathway: v.Pathway = written("pathway", "Parcours.", category=Category.ORIENTATION)
    starts_on: Date = written(
        "startsOn",
        "Premier jour, d'aujourd'hui à 90 jours.",
        check=is_soon,
        expected="SOON",
        category=Category.ORIENTATION,
    )
    structure: ID = linked(
        "structure",
        "Structure qui accompagnera, par son identifiant dans l'offre.",
        category=Category.ORIENTATION,
        among=t.structure.c.siret.is_not(None) & t.structure.c.sensitivity.is_(None),
        copies={"organisation_siret": "siret"},
        refusal=("STRUCTURE_NOT_OPEN", "Le hub ne peut orienter personne vers cette structure."),
    )


@written_input(GroupMember, "Référent d'une personne que l'agent accompagne.")
class SetReferentInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne accompagnée.")
    agent: ID = _colleague()
    since: Date = _since()


@written_input(GroupMember, "Membre du groupe de suivi d'une personne que l'agent accompagne.")
class AddToFollowUpGroupInput:
    idempotency_key: str = idempotency_key()
    person: ID = target("Personne accompagnée.")
    agent: ID = _colleague()
    since: Date = _since()


@written_input(GroupMember, "Fin d'un membre du groupe de suivi.")
class EndFollowUpInput:
    idempotency_key: str = idempotency_key()
    member: ID = target("Membre, ou référent, que le hub tient.")
    expected_version: int = expected_version()
    ended_on: Date = written(
        "endedOn",
        "Date du jour, dès laquelle il ne voit plus rien.",
        check=_today,
        expected="TODAY",
        category=DESIGNATION,
    )


def _orientation(item: str, person: str) -> Mapping[str, Any]:
    """All that an orientation says is in its inputs and its structure."""
    return {}


def _referent(item: str, person: str) -> Mapping[str, Any]:
    return {"is_referent": True}


def _member(item: str, person: str) -> Mapping[str, Any]:
    return {"is_referent": False}


@strawberry.type
class LinkMutation:
    """Mutations that write who accompanies a person: orientations, referents, members of the follow-up group."""

    decide_orientation: Orientation | None = creation(
        "Décide une orientation, qui ouvre la personne à l'organisme dès son premier jour et met fin à celle que le "
        "hub tenait avant.",
        DecideOrientationInput,
        _orientation,
    )
    set_referent: GroupMember | None = creation(
        "Désigne le référent parmi les agents de son organisme ; la personne lui est ouverte aussitôt.",
        SetReferentInput,
        _referent,
    )
    add_to_follow_up_group: GroupMember | None = creation(
        "Ajoute un agent de son organisme au groupe de suivi.", AddToFollowUpGroupInput, _member
    )
    end_follow_up: GroupMember | None = change(
        "Met fin aussitôt, et pour de bon, à ce qu'un membre du groupe de suivi voit de la personne.",
        EndFollowUpInput,
        Requirement(
            j.referent.c.organisation_siret == ORGANISATION,
            "MEMBER_NOT_YOURS",
            "Ce membre n'est pas de votre organisme.",
        ),
        Requirement(j.referent.c.ended_on.is_(None), "FOLLOW_UP_ENDED", "Ce membre a déjà quitté le groupe."),
    )
