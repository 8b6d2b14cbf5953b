"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import field

from .enums import AppointmentMode, AppointmentStatus, Civility, MotiveCategory, OrientationDecision, Pathway, RsaStatus, SubscriptionState, TransmissionReason, TransmissionState
from .runtime.models import Date, DateTime, Model


class ListedAppointment(Model, frozen=True, kw_only=True):
    """Rendez-vous d'une personne."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    starts_at: DateTime | None = field(name="startsAt")
    """Début du rendez-vous. — Catégorie : SUIVI"""
    duration_minutes: int | None = field(name="durationMinutes")
    """Durée prévue, en minutes. — Catégorie : SUIVI"""
    mode: AppointmentMode | None
    """Modalité. — Catégorie : SUIVI"""
    status: AppointmentStatus | None
    """Présence de la personne ; une absence est rendue, hors du suivi, comme une présence non renseignée. —
    Catégorie : SUIVI ; certaines valeurs : ASSIDU"""
    motive: ListedAppointmentMotive | None
    """Motif. — Catégorie : SUIVI"""
    organisation: ListedAppointmentOrganisation | None
    """Organisation qui reçoit, nulle tant qu'elle n'est pas déclarée au hub ; un rendez-vous chez celle dont le nom
    révélerait une donnée protégée est absent des listes. — Catégorie : SUIVI ; certaines valeurs : JUST, SAN, SEJ"""
    person: ListedAppointmentPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class ListedAppointmentMotive(Model, frozen=True, kw_only=True):
    """Motif d'un rendez-vous ou d'une invitation."""
    category: MotiveCategory | None
    """Catégorie ; une catégorie protégée est rendue comme un motif sans catégorie. — Catégorie : SUIVI ; certaines
    valeurs : SAN"""


class ListedAppointmentOrganisation(Model, frozen=True, kw_only=True):
    """Organisation qui donne des rendez-vous. Ce qu'un lien vers elle révèle d'une personne se décide sur le lien."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class ListedAppointmentPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""


class ListedOrientation(Model, frozen=True, kw_only=True):
    """Orientation de la personne vers un parcours et un organisme."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    pathway: Pathway | None
    """Parcours d'orientation. — Catégorie : SUIVI (réduit)"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI (réduit)"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""
    decision: OrientationDecision | None
    """Décision de l'organisme vers lequel la personne est orientée. — Catégorie : SUIVI"""
    structure: ListedOrientationStructure | None
    """Structure chargée de l'accompagnement ; une orientation vers celle dont le nom révélerait une donnée protégée
    est absente de sa liste. — Catégorie : SUIVI (réduit) ; certaines valeurs : JUST, SAN, SEJ"""
    person: ListedOrientationPerson | None
    """Personne que cet élément concerne. — Catégorie : TECH"""


class ListedOrientationPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""


class ListedOrientationStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""


class ListedPerson(Model, frozen=True, kw_only=True):
    """Personne accompagnée ou qui demande à l'être."""
    id: str
    """Identifiant opaque du hub ; ne dérive d'aucun autre. — Catégorie : TECH"""
    civility: Civility | None
    """Civilité. — Catégorie : ID"""
    first_name: str | None = field(name="firstName")
    """Prénom. — Catégorie : ID"""
    last_name: str | None = field(name="lastName")
    """Nom d'usage. — Catégorie : ID"""
    birth_date: Date | None = field(name="birthDate")
    """Date de naissance. — Catégorie : ID"""
    birth_year: int | None = field(name="birthYear")
    """Année de naissance, à la place de la date. — Catégorie : ID (réduit)"""
    contact: ListedPersonContact | None
    """Moyens de joindre la personne. — Catégorie : COORD"""
    rsa: ListedPersonRsa | None
    """Dossier RSA. — Catégorie : SOC"""
    orientations: tuple[ListedPersonOrientations, ...] | None
    """Orientations successives. — Catégorie : SUIVI (réduit)"""


class ListedPersonContact(Model, frozen=True, kw_only=True):
    """Moyens de joindre la personne."""
    email: str | None
    """Adresse électronique. — Catégorie : COORD"""
    phones: tuple[str, ...] | None
    """Numéros de téléphone, le mobile en premier. — Catégorie : COORD"""
    address: ListedPersonContactAddress | None
    """Adresse postale. — Catégorie : COORD"""


class ListedPersonContactAddress(Model, frozen=True, kw_only=True):
    """Adresse postale."""
    postal_code: str | None = field(name="postalCode")
    """Code postal. — Catégorie : COORD"""
    city: str | None
    """Nom de la commune. — Catégorie : COORD"""
    city_code: str | None = field(name="cityCode")
    """Code INSEE de la commune. — Catégorie : COORD"""


class ListedPersonOrientations(Model, frozen=True, kw_only=True):
    """Orientation de la personne vers un parcours et un organisme."""
    id: str
    """Identifiant opaque. — Catégorie : TECH"""
    pathway: Pathway | None
    """Parcours d'orientation. — Catégorie : SUIVI (réduit)"""
    starts_on: Date | None = field(name="startsOn")
    """Date de début. — Catégorie : SUIVI (réduit)"""
    ends_on: Date | None = field(name="endsOn")
    """Date de fin. — Catégorie : SUIVI"""


class ListedPersonRsa(Model, frozen=True, kw_only=True):
    """Dossier RSA."""
    status: RsaStatus | None
    """État du dossier. — Catégorie : SOC"""
    rights_and_duties_since: Date | None = field(name="rightsAndDutiesSince")
    """Date d'entrée dans les droits et devoirs. — Catégorie : SOC"""


class ListedService(Model, frozen=True, kw_only=True):
    """Service d'insertion (data.inclusion)."""
    id: str
    """Identifiant du service : source, deux tirets, identifiant local. — Catégorie : TECH"""
    name: str | None
    """Nom. — Catégorie : PUB"""
    thematics: tuple[str, ...] | None
    """Thématiques, codes de data.inclusion. — Catégorie : PUB"""
    structure: ListedServiceStructure | None
    """Structure qui le porte. — Catégorie : PUB"""


class ListedServiceStructure(Model, frozen=True, kw_only=True):
    """Structure, décrite par le sous-graphe de l'offre."""
    name: str | None
    """Nom. — Catégorie : PUB"""
    siret: str | None
    """SIRET. — Catégorie : PUB"""


class OwnSubscription(Model, frozen=True, kw_only=True):
    """Abonnement d'une application aux changements, pour qui s'en sert."""
    id: str
    """Identifiant, que porte chaque notification. — Catégorie : TECH"""
    host: str
    """Serveur qui reçoit les notifications. — Catégorie : TECH"""
    purpose: str
    """Finalité sous laquelle les changements sont lus. — Catégorie : TECH"""
    state: SubscriptionState
    """Où il en est. — Catégorie : TECH"""
    reason: str | None
    """Code de ce qui le suspend, ou de son dernier échec. — Catégorie : TECH"""
    ends_at: DateTime = field(name="endsAt")
    """Instant où il finit ; refaites-le avant. — Catégorie : TECH"""
    last_success_at: DateTime | None = field(name="lastSuccessAt")
    """Instant de la dernière notification prise. — Catégorie : TECH"""


class PageBounds(Model, frozen=True, kw_only=True):
    """Place d'une page dans sa liste."""
    has_next_page: bool = field(name="hasNextPage")
    """Une page suit. — Catégorie : TECH"""
    end_cursor: str | None = field(name="endCursor")
    """Curseur du dernier élément. — Catégorie : TECH"""


class Sent(Model, frozen=True, kw_only=True):
    """Transmission d'un élément écrit ici au système qui le tient ; ce qu'elle révèle se décide sur le champ qui la
    porte."""
    state: TransmissionState | None
    """État ; nul pour un élément qui n'a pas été écrit ici. — Catégorie : TECH"""
    since: DateTime | None
    """Instant de cet état. — Catégorie : TECH"""
    reason: TransmissionReason | None
    """Pourquoi, si refusé. — Catégorie : TECH"""
    system_code: str | None = field(name="systemCode")
    """Code de refus du système qui tient l'élément. — Catégorie : TECH"""
