"""Types of the subgraph `trainings`, each declared once on its table; `schema/trainings.graphql` is all on paper."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, func

from schema.categories import Category, Level
from subgraphs.kit.access import person
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Sort, choice, column, day_column, key, many, one
from subgraphs.kit.provenance import Provenance, provenance
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
_LATEST: ColumnElement[date] = func.coalesce(func.greatest(*_DAYS), day_column(placement.c.as_of), type_=Date())
"""The last day that a placement bears; of one that bears none, the day on which its source told it."""

RECRUITMENT_STATE = choice(
    "RecruitmentState",
    "État du recrutement d'une session (LHEO, etat-recrutement 1, 2, 3).",
    {"OUVERT": "Ouvert.", "FERME": "Fermé.", "SUSPENDU": "Suspendu."},
)
TEACHING_MODE = choice(
    "TeachingMode",
    "Modalité d'enseignement (LHEO, modalites-enseignement 0, 1, 2).",
    {"PRESENTIEL": "En présentiel.", "MIXTE": "Mixte.", "DISTANCE": "À distance."},
)
PLACEMENT_STATUS = choice(
    "PlacementStatus",
    "État d'un positionnement (propre au hub).",
    {
        "PROPOSE": "Proposé.",
        "INFO_COLLECTIVE": "Information collective.",
        "RETENU": "Retenu.",
        "REFUSE": "Refusé.",
        "ABANDONNE": "Abandonné.",
        "ENTRE": "Entré en formation.",
        "TERMINE": "Terminé.",
    },
)


@entity(table=training_provider, description="Organisme de formation (LHEO).")
class TrainingProvider:
    id = key(training_provider.c.id, "Identifiant de l'organisme.")
    siret = column(training_provider.c.siret, PUB, "SIRET.")
    name = column(training_provider.c.name, PUB, "Nom.")
    activity_number = column(training_provider.c.activity_number, PUB, "Numéro de déclaration d'activité.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(table=training, plural="formations", description="Formation du catalogue (LHEO).")
class Training:
    id = key(training.c.id, "Identifiant de la formation.")
    title = column(training.c.title, PUB, "Intitulé.")
    provider = one("TrainingProvider", PUB, "Organisme.", on=(training_provider.c.id, training.c.provider_id))
    formacodes = column(training.c.formacodes, PUB, "Codes FORMACODE.")
    rome_codes = column(training.c.rome_codes, PUB, "Codes ROME des métiers préparés.")
    rncp_code = column(training.c.rncp_code, PUB, "Code RNCP ou RS de la certification.")
    certifying = column(training.c.certifying, PUB, "La formation mène à une certification.")
    entry_level = column(training.c.entry_level, PUB, "Niveau d'entrée, code LHEO.")
    exit_level = column(training.c.exit_level, PUB, "Niveau de sortie, code LHEO.")
    actions = many(
        "TrainingAction",
        PUB,
        "Actions de formation.",
        on=(training_action.c.training_id, training.c.id),
        page=None,
    )
    sessions = many("TrainingSession", PUB, "Sessions.", on=(training_session.c.training_id, training.c.id), page=None)
    provenance = provenance(PUB, "Origine de la description.")


@entity(table=training_action, description="Action de formation : une façon de suivre la formation (LHEO).")
class TrainingAction:
    id = key(training_action.c.id, "Identifiant de l'action.")
    mode = column(training_action.c.mode, PUB, "Modalité d'enseignement.", choice=TEACHING_MODE)
    publics = column(training_action.c.publics, PUB, "Publics visés, codes LHEO.")
    prerequisites = column(training_action.c.prerequisites, PUB, "Prérequis.")
    funders = column(training_action.c.funders, PUB, "Financeurs, codes LHEO.")


@entity(table=training_session, plural="sessions", description="Session de formation (LHEO).")
class TrainingSession:
    id = key(training_session.c.id, "Identifiant de la session.")
    training = one("Training", PUB, "Formation.", on=(training.c.id, training_session.c.training_id))
    starts_on = column(training_session.c.starts_on, PUB, "Date de début.")
    ends_on = column(training_session.c.ends_on, PUB, "Date de fin.")
    recruitment_state = column(
        training_session.c.recruitment_state, PUB, "État du recrutement.", choice=RECRUITMENT_STATE
    )
    city = column(training_session.c.city, PUB, "Nom de la commune.")
    city_code = column(training_session.c.city_code, PUB, "Code INSEE de la commune.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(
    table=placement,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    dated=_LATEST,
    plural="positionnements",
    description="Positionnement d'une personne sur une session de formation (OuiForm).",
)
class TrainingPlacement:
    id = key(placement.c.id, "Identifiant opaque.")
    session = one("TrainingSession", FORM, "Session.", on=(training_session.c.id, placement.c.session_id))
    status = column(placement.c.status, FORM, "État.", choice=PLACEMENT_STATUS)
    proposed_on = column(placement.c.proposed_on, FORM, "Date de la proposition.")
    decided_on = column(placement.c.decided_on, FORM, "Date de la décision.")
    entered_on = column(placement.c.entered_on, FORM, "Date d'entrée.")
    ended_on = column(placement.c.ended_on, FORM, "Date de fin.")
    prerequisites_met = column(placement.c.prerequisites_met, FORM, "La personne a les prérequis de la formation.")
    accommodation_requested = column(
        placement.c.accommodation_requested,
        Category.SAN,
        "La personne a demandé un aménagement de la formation.",
        level=Level.REDUCED,
    )
    provenance = provenance(FORM)


@entity(
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
    id = key(training_project.c.id, "Identifiant opaque.")
    formacode = column(training_project.c.formacode, FORM, "Code FORMACODE du domaine.")
    recorded_on = column(training_project.c.recorded_on, FORM, "Date du projet.")
    provenance = provenance(FORM)


@entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    training_projects = many(
        "TrainingProject",
        FORM,
        "Projets de formation.",
        on=(training_project.c.person_id, person.c.person_id),
        order=Sort("recordedOn", descending=True),
        page=None,
    )
    training_placements = many(
        "TrainingPlacement",
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
)
