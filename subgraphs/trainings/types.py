"""Types of the subgraph `trainings`."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Table, case, func, or_, select
from sqlalchemy import Date as DateType

from schema.categories import Category, Level
from subgraphs.kit.access import person
from subgraphs.kit.connection_types import Connection, JudgedConnection, PlaceConnection
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Drop, Sort, column, day_column, key, person_of_item, to_many, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import constant
from subgraphs.kit.scalars import ID, Date
from subgraphs.kit.write.transmission import Transmission, transmission
from subgraphs.trainings import values as v
from subgraphs.trainings.tables import (
    placement,
    training,
    training_action,
    training_project,
    training_provider,
    training_session,
)

PUB, FORM = Category.PUB, Category.FORM

_DAYS = (placement.c.proposed_on, placement.c.decided_on, placement.c.entered_on, placement.c.ended_on)
_LATEST: ColumnElement[date] = func.coalesce(func.greatest(*_DAYS), day_column(placement.c.as_of), type_=DateType())
"""The last day that a placement bears; of one that bears none, the day on which its source told it."""
WITHOUT_PROJECT = 550
"""Days by which the duration of a placement without a training project is shorter: six months instead of two years
(C. trav. R.5312-44 II); it counts as if its last day had been so much earlier."""
_DATED: ColumnElement[date] = case((placement.c.with_project, _LATEST), else_=_LATEST - constant(WITHOUT_PROJECT))


_SESSION, _TRAINING, _PROVIDER = training_session.alias("s"), training.alias("o"), training_provider.alias("p")
_PROVIDER_REVEALS = (
    select(_PROVIDER.c.sensitivity)
    .join(_TRAINING, _TRAINING.c.provider_id == _PROVIDER.c.id)
    .join(_SESSION, _SESSION.c.training_id == _TRAINING.c.id)
    .where(_SESSION.c.id == placement.c.session_id)
    .correlate(placement)
    .scalar_subquery()
)
"""What naming the provider of a placement's session would reveal."""


@Entity(table=training_provider, description="Organisme de formation (LHEO).")
class TrainingProvider:
    id: ID = key(training_provider.c.id, "Identifiant de l'organisme.")
    siret: str | None = column(training_provider.c.siret, PUB, "SIRET.")
    name: str | None = column(training_provider.c.name, PUB, "Nom.")
    activity_number: str | None = column(training_provider.c.activity_number, PUB, "Numéro de déclaration d'activité.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=training, plural="formations", description="Formation du catalogue (LHEO).")
class Training:
    id: ID = key(training.c.id, "Identifiant de la formation.")
    title: str | None = column(training.c.title, PUB, "Intitulé.")
    provider: TrainingProvider | None = to_one(PUB, "Organisme.", on=(training_provider.c.id, training.c.provider_id))
    formacodes: list[str] | None = column(training.c.formacodes, PUB, "Codes FORMACODE.")
    rome_codes: list[str] | None = column(training.c.rome_codes, PUB, "Codes ROME des métiers préparés.")
    rncp_code: str | None = column(training.c.rncp_code, PUB, "Code RNCP ou RS de la certification.")
    certifying: bool | None = column(training.c.certifying, PUB, "La formation mène à une certification.")
    entry_level: str | None = column(training.c.entry_level, PUB, "Niveau d'entrée, code LHEO.")
    exit_level: str | None = column(training.c.exit_level, PUB, "Niveau de sortie, code LHEO.")
    actions: Connection[TrainingAction] | None = to_many(
        PUB,
        "Actions de formation.",
        on=(training_action.c.training_id, training.c.id),
    )
    sessions: PlaceConnection[TrainingSession] | None = to_many(
        PUB,
        "Sessions.",
        on=(training_session.c.training_id, training.c.id),
    )
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=training_action, description="Action de formation : une façon de suivre la formation (LHEO).")
class TrainingAction:
    id: ID = key(training_action.c.id, "Identifiant de l'action.")
    mode: v.TeachingMode | None = column(training_action.c.mode, PUB, "Modalité d'enseignement.")
    publics: list[str] | None = column(training_action.c.publics, PUB, "Publics visés, codes LHEO.")
    prerequisites: str | None = column(training_action.c.prerequisites, PUB, "Prérequis.")
    funders: list[str] | None = column(training_action.c.funders, PUB, "Financeurs, codes LHEO.")


@Entity(table=training_session, plural="sessions", description="Session de formation (LHEO).")
class TrainingSession:
    id: ID = key(training_session.c.id, "Identifiant de la session.")
    training: Training | None = to_one(PUB, "Formation.", on=(training.c.id, training_session.c.training_id))
    starts_on: Date | None = column(training_session.c.starts_on, PUB, "Date de début.")
    ends_on: Date | None = column(training_session.c.ends_on, PUB, "Date de fin.")
    recruitment_state: v.RecruitmentState | None = column(
        training_session.c.recruitment_state,
        PUB,
        "État du recrutement.",
    )
    city: str | None = column(training_session.c.city, PUB, "Nom de la commune.")
    city_code: str | None = column(training_session.c.city_code, PUB, "Code INSEE de la commune.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(
    table=placement,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=_DATED,
    plural="positionnements",
    description="Positionnement d'une personne sur une session de formation (OuiForm).",
)
class TrainingPlacement:
    id: ID = key(placement.c.id, "Identifiant opaque.")
    person: Person | None = person_of_item(person.c.person_id, placement.c.person_id)
    session: TrainingSession | None = to_one(
        FORM,
        "Session ; un positionnement chez l'organisme dont le nom révélerait une donnée protégée est absent de sa "
        "liste.",
        on=(training_session.c.id, placement.c.session_id),
        sensitive=_PROVIDER_REVEALS,
        forbidden=Drop(),
    )
    status: v.PlacementStatus | None = column(
        placement.c.status, FORM, "État, nul tant que le système qui le tient ne l'a pas dit."
    )
    proposed_on: Date | None = column(placement.c.proposed_on, FORM, "Date de la proposition.")
    decided_on: Date | None = column(placement.c.decided_on, FORM, "Date de la décision.")
    entered_on: Date | None = column(placement.c.entered_on, FORM, "Date d'entrée.")
    ended_on: Date | None = column(placement.c.ended_on, FORM, "Date de fin.")
    prerequisites_met: bool | None = column(
        placement.c.prerequisites_met,
        FORM,
        "La personne a les prérequis de la formation.",
    )
    accommodation_requested: bool | None = column(
        placement.c.accommodation_requested,
        Category.SAN,
        "Vrai si la personne a demandé un aménagement de la formation ; nul sinon, et si l'on n'en sait rien.",
        level=Level.REDUCED,
    )
    transmission: Transmission | None = transmission(FORM)
    provenance: Provenance | None = provenance(FORM)


@Entity(
    table=training_project,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=training_project.c.recorded_on,
    plural="projets de formation",
    description="Projet de formation d'une personne ; il n'est l'élément propre que de l'organisation qui l'a "
    "enregistré.",
)
class TrainingProject:
    id: ID = key(training_project.c.id, "Identifiant opaque.")
    formacode: str | None = column(training_project.c.formacode, FORM, "Code FORMACODE du domaine.")
    recorded_on: Date | None = column(training_project.c.recorded_on, FORM, "Date du projet.")
    provenance: Provenance | None = provenance(FORM)


def _has_row(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the table has a row of the person, under these conditions."""
    rows = select(table.c.id).where(table.c.person_id == person.c.person_id, *conditions)
    return rows.correlate(person).exists()


@Entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id: ID = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    has_training_data: bool | None = column(
        or_(_has_row(training_project), _has_row(placement, _PROVIDER_REVEALS.is_(None))),
        FORM,
        "Vrai si un projet ou un positionnement de formation de la personne est tenu, même s'il n'est plus communiqué "
        "; un positionnement chez l'organisme dont le nom révélerait une donnée protégée ne compte pas. Nul sinon.",
        level=Level.REDUCED,
    )
    training_projects: list[TrainingProject] | None = to_many(
        FORM,
        "Projets de formation.",
        on=(training_project.c.person_id, person.c.person_id),
        order=Sort("recordedOn", descending=True),
    )
    training_placements: JudgedConnection[TrainingPlacement] | None = to_many(
        FORM,
        "Positionnements sur une session de formation.",
        on=(placement.c.person_id, person.c.person_id),
        order=Sort("proposedOn", descending=True),
    )


TYPES = (
    Person,
    TrainingProvider,
    Training,
    TrainingAction,
    TrainingSession,
    TrainingProject,
    TrainingPlacement,
    Provenance,
    Transmission,
)
