"""The journey of a person in `people`: constraints, orientations, referents, contracts, and whom they lead to."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Table, select

from schema.categories import Category, Level
from subgraphs.kit.constraint_enums import CONSTRAINT_STATE, CONSTRAINT_THEME
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Drop, column, key, one
from subgraphs.kit.provenance import provenance
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v

SUIVI, FREIN, PROF = Category.SUIVI, Category.FREIN, Category.PROF
REDUCED = Level.REDUCED


def reveals(table: Table) -> ColumnElement[Any]:
    """What naming the structure of a row, or its agent, would reveal of the person."""
    sensitivity = select(t.structure.c.sensitivity).where(t.structure.c.id == table.c.structure_id)
    return sensitivity.correlate(table).scalar_subquery()


@entity(
    table=j.constraint,
    subject="person_id",
    recorded_by="recorded_by",
    plural="difficultés",
    description="Difficulté à prendre en compte dans le parcours.",
)
class Constraint:
    id = key(j.constraint.c.id)
    theme = column(
        j.constraint.c.theme,
        FREIN,
        "Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste.",
        choice=CONSTRAINT_THEME,
        forbidden=Drop(),
    )
    state = column(j.constraint.c.state, FREIN, "État de la difficulté.", choice=CONSTRAINT_STATE)
    impact = column(j.constraint.c.impact, FREIN, "Effet sur la recherche d'emploi.", choice=v.CONSTRAINT_IMPACT)
    recorded_on = column(j.constraint.c.recorded_on, FREIN, "Date du constat.")
    provenance = provenance(FREIN)


@entity(
    table=j.orientation,
    subject="person_id",
    owner="organisation_siret",
    plural="orientations",
    description="Orientation de la personne vers un parcours et un organisme.",
)
class Orientation:
    id = key(j.orientation.c.id)
    pathway = column(j.orientation.c.pathway, SUIVI, "Parcours d'orientation.", level=REDUCED, choice=v.PATHWAY)
    starts_on = column(j.orientation.c.starts_on, SUIVI, "Date de début.", level=REDUCED)
    structure = one(
        "Structure",
        SUIVI,
        "Structure chargée de l'accompagnement ; une orientation vers celle dont le nom révélerait une donnée protégée "
        "est absente de sa liste.",
        level=REDUCED,
        on=(t.structure.c.id, j.orientation.c.structure_id),
        sensitive=reveals(j.orientation),
        forbidden=Drop(),
    )
    ends_on = column(j.orientation.c.ends_on, SUIVI, "Date de fin.")
    provenance = provenance(SUIVI)


@entity(table=j.referent, subject="person_id", description="Référent de la personne.")
class Referent:
    since = column(j.referent.c.since, SUIVI, "Date à laquelle le référent a été désigné.")
    agent = one("Agent", PROF, "Agent référent.", on=(j.agent.c.id, j.referent.c.agent_id))
    structure = one(
        "Structure",
        SUIVI,
        "Structure du référent.",
        on=(t.structure.c.id, j.referent.c.structure_id),
    )
    provenance = provenance(SUIVI)


@entity(
    table=j.referent,
    subject="person_id",
    owner="organisation_siret",
    description="Membre du groupe de suivi.",
)
class GroupMember:
    agent = one("Agent", PROF, "Agent membre du groupe.", on=(j.agent.c.id, j.referent.c.agent_id))
    structure = one(
        "Structure",
        SUIVI,
        "Structure du membre.",
        on=(t.structure.c.id, j.referent.c.structure_id),
    )
    since = column(j.referent.c.since, SUIVI, "Date d'entrée dans le groupe.")
    provenance = provenance(SUIVI)


@entity(
    table=j.contract,
    subject="person_id",
    owner="organisation_siret",
    plural="contrats",
    description="Contrat entre la personne et l'organisme qui l'accompagne.",
)
class Contract:
    id = key(j.contract.c.id)
    kind = column(j.contract.c.kind, SUIVI, "Nature du contrat.", choice=v.CONTRACT_KIND)
    signed_on = column(j.contract.c.signed_on, SUIVI, "Date de signature.")
    starts_on = column(j.contract.c.starts_on, SUIVI, "Date de début.")
    ends_on = column(j.contract.c.ends_on, SUIVI, "Date de fin.")
    provenance = provenance(SUIVI)


@entity(
    table=j.agent,
    plural="professionnels",
    description="Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien.",
)
class Agent:
    id = key(j.agent.c.id)
    first_name = column(j.agent.c.first_name, PROF, "Prénom.")
    last_name = column(j.agent.c.last_name, PROF, "Nom.")
    email = column(j.agent.c.email, PROF, "Adresse électronique professionnelle.")


@entity(table=t.structure, stub=True, description="Structure, décrite par le sous-graphe de l'offre.")
class Structure:
    id = key(t.structure.c.id, "Identifiant de la structure.")


JOURNEY = (Constraint, Orientation, Referent, GroupMember, Contract, Agent, Structure)
