"""Types of the subgraph `appointments`, each declared once on its table; `schema/appointments.graphql` is the whole."""

from __future__ import annotations

from sqlalchemy import select

from schema.categories import Category, Level
from subgraphs.appointments import values as v
from subgraphs.appointments.tables import appointment, appointment_agent, invitation, motive, organisation
from subgraphs.kit.access import person
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Coarsen, Drop, Sort, column, embedded, key, many, one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import word

SUIVI, LIBRE, PUB, PROF = Category.SUIVI, Category.LIBRE, Category.PUB, Category.PROF
REDUCED = Level.REDUCED
_STATUS = "Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée."
_SENSITIVITY = (
    select(organisation.c.sensitivity)
    .where(organisation.c.id == appointment.c.organisation_id)
    .correlate(appointment)
    .scalar_subquery()
)
"""What naming the organisation of a rendez-vous, or its agents, would reveal."""
_ORGANISATION = (
    "Organisation qui reçoit, nulle tant qu'elle n'est pas déclarée au hub ; un rendez-vous chez celle dont le nom "
    "révélerait une donnée protégée est absent des listes."
)


@entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    appointments = many(
        "Appointment",
        SUIVI,
        "Rendez-vous de la personne, du plus ancien au plus récent.",
        on=(appointment.c.person_id, person.c.person_id),
        order=Sort("startsAt"),
    )
    orientation_appointments = many(
        "OrientationAppointment",
        SUIVI,
        "Rendez-vous d'orientation de la personne, eux seuls.",
        level=REDUCED,
        on=(appointment.c.person_id, person.c.person_id),
        where=appointment.c.motive_type == word("rsa_orientation"),
        order=Sort("startsAt"),
        page=None,
    )
    invitations = many(
        "Invitation",
        SUIVI,
        "Invitations à prendre rendez-vous.",
        on=(invitation.c.person_id, person.c.person_id),
        order=Sort("sentAt"),
    )


@entity(
    table=appointment,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    plural="rendez-vous",
    description="Rendez-vous d'une personne.",
)
class Appointment:
    id = key(appointment.c.id)
    starts_at = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.")
    duration_minutes = column(appointment.c.duration_minutes, SUIVI, "Durée prévue, en minutes.")
    mode = column(appointment.c.mode, SUIVI, "Modalité.", choice=v.MODE)
    collective = column(appointment.c.collective, SUIVI, "Le rendez-vous est collectif.")
    place_name = column(appointment.c.place_name, LIBRE, "Nom du lieu, saisi librement.")
    place_address = column(appointment.c.place_address, LIBRE, "Adresse du lieu, saisie librement.")
    status = column(appointment.c.status, SUIVI, _STATUS, choice=v.STATUS, forbidden=Coarsen("INCONNU"))
    initiator = column(appointment.c.initiator, SUIVI, "Qui a pris le rendez-vous.", choice=v.INITIATOR)
    motive = embedded("Motive", SUIVI, "Motif.")
    organisation = one(
        "Organisation",
        SUIVI,
        _ORGANISATION,
        on=(organisation.c.id, appointment.c.organisation_id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    agents = many(
        "Agent",
        PROF,
        "Agents qui reçoivent ; aucun tant que leur organisation n'est pas déclarée au hub.",
        on=(appointment_agent.c.appointment_id, appointment.c.id),
        page=None,
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    provenance = provenance(SUIVI)


@entity(
    table=motive,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    description="Motif d'un rendez-vous ou d'une invitation.",
)
class Motive:
    category = column(
        motive.c.motive_category,
        SUIVI,
        "Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie.",
        choice=v.MOTIVE_CATEGORY,
        forbidden=Coarsen("AUTRE"),
    )
    type = column(motive.c.motive_type, SUIVI, "Type, plus large que la catégorie.", choice=v.MOTIVE_TYPE)


@entity(
    table=appointment,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    description="Rendez-vous d'orientation, réduit à ce qu'il faut pour orienter.",
)
class OrientationAppointment:
    starts_at = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.", level=REDUCED)
    mode = column(appointment.c.mode, SUIVI, "Modalité.", level=REDUCED, choice=v.MODE)
    status = column(appointment.c.status, SUIVI, _STATUS, level=REDUCED, choice=v.STATUS, forbidden=Coarsen("INCONNU"))
    organisation = one(
        "Organisation",
        SUIVI,
        _ORGANISATION,
        level=REDUCED,
        on=(organisation.c.id, appointment.c.organisation_id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )


@entity(
    table=invitation,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    plural="invitations",
    description="Invitation à prendre rendez-vous.",
)
class Invitation:
    id = key(invitation.c.id)
    format = column(invitation.c.format, SUIVI, "Format.", choice=v.INVITATION_FORMAT)
    sent_at = column(invitation.c.sent_at, SUIVI, "Instant de l'envoi.")
    expires_at = column(invitation.c.expires_at, SUIVI, "Instant au-delà duquel l'invitation ne vaut plus.")
    delivery_status = column(invitation.c.delivery_status, SUIVI, "Acheminement.", choice=v.DELIVERY_STATUS)
    clicked = column(invitation.c.clicked, SUIVI, "La personne a ouvert le lien.")
    motive = embedded("Motive", SUIVI, "Motif.")
    provenance = provenance(SUIVI)


@entity(
    table=organisation,
    plural="organisations",
    description="Organisation qui donne des rendez-vous. Ce qu'un lien vers elle révèle d'une personne se décide sur "
    "le lien.",
)
class Organisation:
    id = key(organisation.c.id)
    name = column(organisation.c.name, PUB, "Nom.")
    type = column(organisation.c.type, PUB, "Type d'organisation.", choice=v.ORGANISATION_TYPE)
    siret = column(organisation.c.siret, PUB, "SIRET.")
    department = column(organisation.c.department, PUB, "Code du département.")
    structure = embedded("Structure", PUB, "Structure correspondante de l'offre d'insertion.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(table=appointment_agent, stub=True, description="Professionnel, décrit par le sous-graphe des personnes.")
class Agent:
    id = key(appointment_agent.c.agent_id)


@entity(table=organisation, stub=True, description="Structure, décrite par le sous-graphe de l'offre.")
class Structure:
    id = key(organisation.c.structure_id, "Identifiant de la structure.")


TYPES = (
    Person,
    Appointment,
    Motive,
    OrientationAppointment,
    Invitation,
    Organisation,
    Agent,
    Structure,
    Provenance,
)
