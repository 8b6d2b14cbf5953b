"""The actors of the demo: one of each kind of docs/domain.md#actors, a second référent, of another département,
and the information system of one."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from demo.cast import (
    AGENCY,
    BY_SLUG,
    CD_08,
    CD_2A,
    DELEGATE,
    EMPLOYER,
    MISSION,
    PARTNER,
    REFERENT_A,
    REFERENT_B,
    SCHOOL,
    Agent,
    Organisation,
)
from demo.token_issuer import CLIENT, DEPARTMENT_CLIENT, PARTNER_CLIENT, DemoActor

FOLLOW_UP = ("diagnostic", "contrat", "suivi", "actions", "formation", "pmsmp")
SELVES = {"personne": "maelle", "personne-b": "santu"}
"""The actors who read their own journey, with the slug of their person."""


def actors(persons: Mapping[str, UUID], agents: Mapping[str, UUID]) -> list[DemoActor]:
    """Return the actors; `persons` gives the ids of people by slug, `agents` those of professionals by e-mail."""
    referent = _referent("referent-a", REFERENT_A, agents)
    return [
        referent,
        _referent("referent-b", REFERENT_B, agents),
        _member("employeur", "siae", EMPLOYER, ("iae", "actions"),
                "ne lit que ses propres rendez-vous et les personnes qu'elle y reçoit."),
        *(_self(name, slug, persons) for name, slug in SELVES.items()),
        _member("orienteur", "orienteur_cd", CD_08, ("identification", "fiabilisation", "orientation"),
                "oriente les bénéficiaires du RSA du département, et dit quels dossiers sont d'une même personne."),
        _member("conseiller-ft", "conseiller_ft", AGENCY, ("identification", "orientation", *FOLLOW_UP[:-1]),
                "lit tout des personnes qu'elle suit, une part du reste de son territoire."),
        _member("conseiller-ml", "conseiller_ml", MISSION, ("identification", *FOLLOW_UP),
                "ne lit que les personnes dont elle est l'organisme référent."),
        _member("delegataire", "delegataire_rsa", DELEGATE, ("identification", *FOLLOW_UP[:-2]),
                "ne lit que les personnes dont elle est l'organisme référent."),
        _member("organisme-formation", "organisme_formation", SCHOOL, ("formation",),
                "ne lit que les personnes positionnées sur ses sessions."),
        _member("dpo", "dpo", CD_08, ("droits", "demande", "audit"),
                "vérifie ce qui est tenu et qui l'a lu, sans lire les données."),
        _member("statisticien", "statisticien_cd", CD_08, ("statistique",),
                "ne lit la donnée de personne : il attend des agrégats."),
        _partner("partenaire", referent),
        _member("si-departement", "orienteur_cd", CD_08, ("orientation",),
                "son système d'information, dont se sert la chargée d'orientation : lit par pages de 1 000 au plus, et "
                "s'abonne lui-même aux changements.", DEPARTMENT_CLIENT),
    ]  # fmt: skip


def agreements(demo_actors: list[DemoActor]) -> dict[str, tuple[str, ...]]:
    """Return the purposes of each organisation of the demo: those of all its actors."""
    agreed: dict[str, tuple[str, ...]] = {}
    for actor in demo_actors:
        if "organisation" in actor.claims:
            purposes = agreed.get(actor.claims["organisation"], ())
            agreed[actor.claims["organisation"]] = tuple(dict.fromkeys((*purposes, *actor.purposes)))
    return agreed


def names() -> dict[str, str]:
    """Return the names of the organisations of the demo, by SIRET."""
    members = (CD_08, CD_2A, EMPLOYER, AGENCY, MISSION, DELEGATE, SCHOOL, PARTNER)
    return {member.siret: member.name for member in members}


def _referent(name: str, agent: Agent, agents: Mapping[str, UUID]) -> DemoActor:
    organisation = agent.organisation
    return DemoActor(
        name=name,
        kind="referent_cd",
        purposes=FOLLOW_UP,
        about=f"{agent.first_name} {agent.last_name}, {organisation.name} : lit les personnes de son groupe de suivi.",
        claims={**_organisation(organisation), "agent": str(agents[agent.email])},
    )


def _self(name: str, slug: str, persons: Mapping[str, UUID]) -> DemoActor:
    person = BY_SLUG[slug]
    about = f"{person.first_name} {person.last_name} lit son propre parcours."
    return DemoActor(name, "beneficiaire", ("droits",), about, {"person": str(persons[slug])})


def _member(
    name: str, kind: str, organisation: Organisation, purposes: tuple[str, ...], about: str, client: str = CLIENT
) -> DemoActor:
    described = f"{organisation.name} : {about}"
    return DemoActor(name, kind, purposes, described, _organisation(organisation), client=client)


def _partner(name: str, end_user: DemoActor) -> DemoActor:
    about = (
        f"{PARTNER.name}, dont se sert la référente A : reçoit, de ce qu'elle peut lire, ce que dit la portée "
        "« parcours » de sa convention ; ni difficultés, ni santé, ni identifiants."
    )
    return DemoActor(name, "partenaire", ("suivi", "actions"), about, _organisation(PARTNER), end_user, PARTNER_CLIENT)


def _organisation(organisation: Organisation) -> dict[str, object]:
    return {
        "organisation": organisation.siret,
        "organisation_type": organisation.type,
        "departments": [organisation.department],
    }
