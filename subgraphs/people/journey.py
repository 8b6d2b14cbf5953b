"""The journey of a person in `people`: constraints, orientations, referents, contracts, objectives,
and whom they lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, Table, select

from schema.categories import Category, Level
from subgraphs.kit.constraint_enums import ConstraintState, ConstraintTheme
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Drop, column, key, person_of_item, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.scalars import ID, Date
from subgraphs.people import journey_tables as j
from subgraphs.people import tables as t
from subgraphs.people import values as v

if TYPE_CHECKING:
    from subgraphs.people.types import Person

SUIVI, FREIN, PROF = Category.SUIVI, Category.FREIN, Category.PROF
REDUCED = Level.REDUCED


def reveals(table: Table) -> ColumnElement[Any]:
    """What naming the structure of a row, or its agent, would reveal of the person."""
    sensitivity = select(t.structure.c.sensitivity).where(t.structure.c.id == table.c.structure_id)
    return sensitivity.correlate(table).scalar_subquery()


@Entity(
    table=j.constraint,
    subject="person_id",
    recorded_by="recorded_by",
    plural="difficultés",
    description="Difficulté à prendre en compte dans le parcours.",
)
class Constraint:
    id: ID = key(j.constraint.c.id)
    theme: ConstraintTheme | None = column(
        j.constraint.c.theme,
        FREIN,
        "Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste.",
        forbidden=Drop(),
    )
    state: ConstraintState | None = column(j.constraint.c.state, FREIN, "État de la difficulté.")
    impact: v.ConstraintImpact | None = column(j.constraint.c.impact, FREIN, "Effet sur la recherche d'emploi.")
    recorded_on: Date | None = column(j.constraint.c.recorded_on, FREIN, "Date du constat.")
    version: int | None = column(
        j.constraint.c.version, FREIN, "Version, à donner pour dire ce que devient la difficulté."
    )
    provenance: Provenance | None = provenance(FREIN)


@Entity(
    table=j.orientation,
    subject="person_id",
    owner="organisation_siret",
    plural="orientations",
    description="Orientation de la personne vers un parcours et un organisme.",
)
class Orientation:
    id: ID = key(j.orientation.c.id)
    person: Annotated[Person, strawberry.lazy("subgraphs.people.types")] | None = person_of_item(
        t.person.c.id, j.orientation.c.person_id
    )
    pathway: v.Pathway | None = column(j.orientation.c.pathway, SUIVI, "Parcours d'orientation.", level=REDUCED)
    starts_on: Date | None = column(j.orientation.c.starts_on, SUIVI, "Date de début.", level=REDUCED)
    structure: Structure | None = to_one(
        SUIVI,
        "Structure chargée de l'accompagnement ; une orientation vers celle dont le nom révélerait une donnée protégée "
        "est absente de sa liste.",
        level=REDUCED,
        on=(t.structure.c.id, j.orientation.c.structure_id),
        sensitive=reveals(j.orientation),
        forbidden=Drop(),
    )
    ends_on: Date | None = column(j.orientation.c.ends_on, SUIVI, "Date de fin.")
    decision: v.OrientationDecision | None = column(
        j.orientation.c.decision,
        SUIVI,
        "Décision de l'organisme vers lequel la personne est orientée.",
    )
    decided_on: Date | None = column(j.orientation.c.decided_on, SUIVI, "Date de cette décision.")
    provenance: Provenance | None = provenance(SUIVI)


@Entity(table=j.referent, subject="person_id", description="Référent de la personne.")
class Referent:
    since: Date | None = column(j.referent.c.since, SUIVI, "Date à laquelle le référent a été désigné.")
    agent: Agent | None = to_one(PROF, "Agent référent.", on=(j.agent.c.id, j.referent.c.agent_id))
    structure: Structure | None = to_one(
        SUIVI,
        "Structure du référent.",
        on=(t.structure.c.id, j.referent.c.structure_id),
    )
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=j.referent,
    subject="person_id",
    owner="organisation_siret",
    description="Membre du groupe de suivi.",
)
class GroupMember:
    id: ID = key(j.referent.c.id)
    agent: Agent | None = to_one(PROF, "Agent membre du groupe.", on=(j.agent.c.id, j.referent.c.agent_id))
    structure: Structure | None = to_one(
        SUIVI,
        "Structure du membre.",
        on=(t.structure.c.id, j.referent.c.structure_id),
    )
    since: Date | None = column(j.referent.c.since, SUIVI, "Date d'entrée dans le groupe.")
    ended_on: Date | None = column(j.referent.c.ended_on, SUIVI, "Date à laquelle le membre a quitté le groupe.")
    version: int | None = column(j.referent.c.version, SUIVI, "Version, à donner pour mettre fin au membre.")
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=j.contract,
    subject="person_id",
    owner="organisation_siret",
    plural="contrats",
    description="Contrat entre la personne et l'organisme qui l'accompagne.",
)
class Contract:
    id: ID = key(j.contract.c.id)
    person: Annotated[Person, strawberry.lazy("subgraphs.people.types")] | None = person_of_item(
        t.person.c.id, j.contract.c.person_id
    )
    kind: v.ContractKind | None = column(j.contract.c.kind, SUIVI, "Nature du contrat.")
    signed_on: Date | None = column(
        j.contract.c.signed_on,
        SUIVI,
        "Date de signature ; d'un contrat tenu par le hub, celle de la dernière des deux parties.",
    )
    starts_on: Date | None = column(j.contract.c.starts_on, SUIVI, "Date de début.")
    ends_on: Date | None = column(j.contract.c.ends_on, SUIVI, "Date de fin.")
    organisation_signed_on: Date | None = column(
        j.contract.c.organisation_signed_on, SUIVI, "Date de signature par l'organisme, d'un contrat tenu par le hub."
    )
    person_signed_on: Date | None = column(
        j.contract.c.person_signed_on, SUIVI, "Date de signature par la personne, d'un contrat tenu par le hub."
    )
    renews: ID | None = column(j.contract.c.renews, SUIVI, "Contrat que celui-ci renouvelle.")
    version: int | None = column(j.contract.c.version, SUIVI, "Version, à donner pour signer ou renouveler le contrat.")
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=j.objective,
    subject="person_id",
    owner="organisation_siret",
    plural="objectifs",
    description="Objectif du parcours, sans son intitulé ni celui de ses actions, qui sont des textes libres.",
)
class Objective:
    id: ID = key(j.objective.c.id)
    theme: v.ObjectiveTheme | None = column(
        j.objective.c.theme,
        SUIVI,
        "Thème ; un objectif dont le thème n'est pas ouvert à l'acteur est absent de sa liste.",
        forbidden=Drop(),
    )
    status: v.Progress | None = column(j.objective.c.status, SUIVI, "Avancement de l'objectif.")
    contract_kind: v.ContractKind | None = column(
        j.objective.c.contract_kind, SUIVI, "Nature du contrat dont l'objectif relève."
    )
    recorded_on: Date | None = column(j.objective.c.recorded_on, SUIVI, "Date à laquelle l'objectif a été fixé.")
    action_statuses: list[v.Progress] | None = column(
        j.objective.c.action_statuses, SUIVI, "Avancement de chaque action, la plus ancienne en premier."
    )
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=j.agent,
    plural="professionnels",
    description="Professionnel. Ce qu'un lien vers lui révèle de la personne se décide sur le lien.",
)
class Agent:
    id: ID = key(j.agent.c.id)
    first_name: str | None = column(j.agent.c.first_name, PROF, "Prénom.")
    last_name: str | None = column(j.agent.c.last_name, PROF, "Nom.")
    email: str | None = column(j.agent.c.email, PROF, "Adresse électronique professionnelle.")
    phone: str | None = column(j.agent.c.phone, PROF, "Numéro de téléphone professionnel.")


@Entity(table=t.structure, stub=True, description="Structure, décrite par le sous-graphe de l'offre.")
class Structure:
    id: ID = key(t.structure.c.id, "Identifiant de la structure.")
