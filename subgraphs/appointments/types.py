"""Types of the subgraph `appointments`."""

from __future__ import annotations

from sqlalchemy import func, select

from schema.categories import Category, Level
from subgraphs.appointments import values as v
from subgraphs.appointments.tables import appointment, appointment_agent, invitation, motive, organisation
from subgraphs.kit.access import person
from subgraphs.kit.connection_types import Connection, JudgedConnection
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import Coarsen, Drop, Sort, column, day_column, embedded, key, person_of_item, to_many, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.residual_sql import word
from subgraphs.kit.scalars import ID, Date, DateTime

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
_PAST = appointment.c.starts_at < func.now()
"""An absence is told apart from what has yet to come."""
_ORGANISATION = (
    "Organisation qui reçoit, nulle tant qu'elle n'est pas déclarée au hub ; un rendez-vous chez celle dont le nom "
    "révélerait une donnée protégée est absent des listes."
)


@Entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id: ID = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    appointments: JudgedConnection[Appointment] | None = to_many(
        SUIVI,
        "Rendez-vous de la personne, du plus ancien au plus récent.",
        on=(appointment.c.person_id, person.c.person_id),
        order=Sort("startsAt"),
    )
    orientation_appointments: list[OrientationAppointment] | None = to_many(
        SUIVI,
        "Rendez-vous d'orientation de la personne, eux seuls.",
        level=REDUCED,
        on=(appointment.c.person_id, person.c.person_id),
        where=appointment.c.motive_type == word("rsa_orientation"),
        order=Sort("startsAt"),
    )
    invitations: Connection[Invitation] | None = to_many(
        SUIVI,
        "Invitations à prendre rendez-vous.",
        on=(invitation.c.person_id, person.c.person_id),
        order=Sort("sentAt"),
    )


@Entity(
    table=appointment,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    plural="rendez-vous",
    description="Rendez-vous d'une personne.",
)
class Appointment:
    id: ID = key(appointment.c.id)
    person: Person | None = person_of_item(person.c.person_id, appointment.c.person_id)
    starts_at: DateTime | None = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.")
    day: Date | None = column(day_column(appointment.c.starts_at), SUIVI, "Jour du rendez-vous, à l'heure de Paris.")
    duration_minutes: int | None = column(appointment.c.duration_minutes, SUIVI, "Durée prévue, en minutes.")
    mode: v.AppointmentMode | None = column(appointment.c.mode, SUIVI, "Modalité.")
    collective: bool | None = column(appointment.c.collective, SUIVI, "Le rendez-vous est collectif.")
    place_name: str | None = column(appointment.c.place_name, LIBRE, "Nom du lieu, saisi librement.")
    place_address: str | None = column(appointment.c.place_address, LIBRE, "Adresse du lieu, saisie librement.")
    status: v.AppointmentStatus | None = column(
        appointment.c.status, SUIVI, _STATUS, forbidden=Coarsen("INCONNU", beside={"passé": _PAST})
    )
    version: int | None = column(
        appointment.c.version,
        Category.ASSIDU,
        "Version, à donner pour changer la présence ; elle dit que l'élément a changé, donc, parfois, une absence.",
    )
    initiator: v.AppointmentInitiator | None = column(appointment.c.initiator, SUIVI, "Qui a pris le rendez-vous.")
    motive: Motive | None = embedded(SUIVI, "Motif.")
    organisation: Organisation | None = to_one(
        SUIVI,
        _ORGANISATION,
        on=(organisation.c.id, appointment.c.organisation_id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    agents: list[Agent] | None = to_many(
        PROF,
        "Agents qui reçoivent ; aucun tant que leur organisation n'est pas déclarée au hub.",
        on=(appointment_agent.c.appointment_id, appointment.c.id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )
    provenance: Provenance | None = provenance(
        Category.ASSIDU,
        "Origine de l'information, et son instant, qui dit que l'élément a changé, donc, parfois, une absence.",
    )


@Entity(
    table=motive,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    description="Motif d'un rendez-vous ou d'une invitation.",
)
class Motive:
    category: v.MotiveCategory | None = column(
        motive.c.motive_category,
        SUIVI,
        "Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie.",
        forbidden=Coarsen("AUTRE", beside={"type": motive.c.motive_type}),
    )
    type: v.MotiveType | None = column(motive.c.motive_type, SUIVI, "Type, plus large que la catégorie.")


@Entity(
    table=appointment,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    description="Rendez-vous d'orientation, réduit à ce qu'il faut pour orienter.",
)
class OrientationAppointment:
    starts_at: DateTime | None = column(appointment.c.starts_at, SUIVI, "Début du rendez-vous.", level=REDUCED)
    mode: v.AppointmentMode | None = column(appointment.c.mode, SUIVI, "Modalité.", level=REDUCED)
    status: v.AppointmentStatus | None = column(
        appointment.c.status,
        SUIVI,
        _STATUS,
        level=REDUCED,
        forbidden=Coarsen("INCONNU", beside={"passé": _PAST}),
    )
    organisation: Organisation | None = to_one(
        SUIVI,
        _ORGANISATION,
        level=REDUCED,
        on=(organisation.c.id, appointment.c.organisation_id),
        sensitive=_SENSITIVITY,
        forbidden=Drop(),
    )


@Entity(
    table=invitation,
    subject="person_id",
    owner="organisation_siret",
    recorded_by="recorded_by",
    plural="invitations",
    description="Invitation à prendre rendez-vous.",
)
class Invitation:
    id: ID = key(invitation.c.id)
    format: v.InvitationFormat | None = column(invitation.c.format, SUIVI, "Format.")
    sent_at: DateTime | None = column(invitation.c.sent_at, SUIVI, "Instant de l'envoi.")
    expires_at: DateTime | None = column(
        invitation.c.expires_at,
        SUIVI,
        "Instant au-delà duquel l'invitation ne vaut plus.",
    )
    delivery_status: v.DeliveryStatus | None = column(invitation.c.delivery_status, SUIVI, "Acheminement.")
    clicked: bool | None = column(invitation.c.clicked, SUIVI, "La personne a ouvert le lien.")
    motive: Motive | None = embedded(SUIVI, "Motif.")
    provenance: Provenance | None = provenance(SUIVI)


@Entity(
    table=organisation,
    plural="organisations",
    description="Organisation qui donne des rendez-vous. Ce qu'un lien vers elle révèle d'une personne se décide sur "
    "le lien.",
)
class Organisation:
    id: ID = key(organisation.c.id)
    name: str | None = column(organisation.c.name, PUB, "Nom.")
    type: v.OrganisationType | None = column(organisation.c.type, PUB, "Type d'organisation.")
    siret: str | None = column(organisation.c.siret, PUB, "SIRET.")
    department: str | None = column(organisation.c.department, PUB, "Code du département.")
    structure: Structure | None = embedded(PUB, "Structure correspondante de l'offre d'insertion.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=appointment_agent, stub=True, description="Professionnel, décrit par le sous-graphe des personnes.")
class Agent:
    id: ID = key(appointment_agent.c.agent_id)


@Entity(table=organisation, stub=True, description="Structure, décrite par le sous-graphe de l'offre.")
class Structure:
    id: ID = key(organisation.c.structure_id, "Identifiant de la structure.")


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
