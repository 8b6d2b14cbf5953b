"""The actors of the demo: two référents of two départements, an employer, one person who looks at its own journey."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from demo.cast import BY_SLUG, EMPLOYER, REFERENT_A, REFERENT_B, Agent, Organisation
from demo.identity import DemoActor

FOLLOW_UP = ("diagnostic", "contrat", "suivi", "actions", "formation", "pmsmp")
SELF = "maelle"
"""Slug of the person who looks at its own journey."""


def actors(persons: Mapping[str, UUID], agents: Mapping[str, UUID]) -> list[DemoActor]:
    """The actors, once the people and agents of the files have their ids; `agents` is by e-mail, `persons` by slug."""
    return [
        _referent("referent-a", REFERENT_A, agents),
        _referent("referent-b", REFERENT_B, agents),
        DemoActor(
            name="employeur",
            kind="siae",
            purposes=("iae", "actions"),
            about=f"{EMPLOYER.name} : ne lit que ses propres rendez-vous et les personnes qu'elle y reçoit.",
            claims=_organisation(EMPLOYER),
        ),
        DemoActor(
            name="personne",
            kind="beneficiaire",
            purposes=("droits",),
            about=f"{BY_SLUG[SELF].first_name} {BY_SLUG[SELF].last_name} lit son propre parcours.",
            claims={"person": str(persons[SELF])},
        ),
    ]


def agreements(found: list[DemoActor]) -> dict[str, tuple[str, ...]]:
    """Purposes of each organisation of the demo: those of its actors."""
    return {actor.claims["organisation"]: actor.purposes for actor in found if "organisation" in actor.claims}


def _referent(name: str, agent: Agent, agents: Mapping[str, UUID]) -> DemoActor:
    organisation = agent.organisation
    return DemoActor(
        name=name,
        kind="referent_cd",
        purposes=FOLLOW_UP,
        about=f"{agent.first_name} {agent.last_name}, {organisation.name} : lit les personnes de son groupe de suivi.",
        claims={**_organisation(organisation), "agent": str(agents[agent.email])},
    )


def _organisation(organisation: Organisation) -> dict[str, object]:
    return {
        "organisation": organisation.siret,
        "organisation_type": organisation.type,
        "departments": [organisation.department],
    }
