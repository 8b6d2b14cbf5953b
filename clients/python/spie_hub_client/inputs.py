"""Made by `hub client python`: to change it, change the operations or the schema, and make it again."""

from __future__ import annotations

from msgspec import UNSET, UnsetType, field

from .enums import AppointmentMode, AppointmentStatus, ConstraintImpact, ConstraintState, ConstraintTheme, ContractKind, DossierRole, ImmersionObjective, MotiveCategory, NationalIdentifierKind, OrientationDecision, Pathway, RsaStatus
from .runtime.models import Date, DateTime, Model


class AddToFollowUpGroupInput(Model, frozen=True, kw_only=True):
    """Membre du groupe de suivi d'une personne que l'agent accompagne."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne accompagnée."""
    agent: str
    """Agent de votre organisme, par son identifiant du hub."""
    since: Date
    """Date du jour."""


class ApplyToJobInput(Model, frozen=True, kw_only=True):
    """Candidature d'une personne auprès d'un employeur de l'inclusion."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne qui candidate."""
    company: str
    """Employeur, du catalogue."""


class AppointmentFilter(Model, frozen=True, kw_only=True):
    """Critères de recherche de rendez-vous."""
    day: Date | UnsetType | None = UNSET
    """Jour du rendez-vous, à l'heure de Paris."""
    starts_from: DateTime | UnsetType | None = field(name="startsFrom", default=UNSET)
    """Débute à partir de cet instant, compris."""
    starts_before: DateTime | UnsetType | None = field(name="startsBefore", default=UNSET)
    """Débute avant cet instant."""
    status: AppointmentStatus | UnsetType | None = UNSET
    """Présence de la personne."""
    organisation: str | UnsetType | None = UNSET
    """Organisation qui reçoit."""


class CollectSocialSituationInput(Model, frozen=True, kw_only=True):
    """Difficulté relevée avec la personne."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne accompagnée, ou à orienter."""
    theme: ConstraintTheme
    """Thème."""
    state: ConstraintState
    """État."""
    impact: ConstraintImpact | UnsetType | None = UNSET
    """Effet sur la recherche d'emploi."""
    recorded_on: Date = field(name="recordedOn")
    """Date du constat, d'un an au plus."""


class DecideOrientationInput(Model, frozen=True, kw_only=True):
    """Décision d'orientation d'une personne du périmètre du département."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne à orienter."""
    pathway: Pathway
    """Parcours."""
    starts_on: Date = field(name="startsOn")
    """Premier jour, d'aujourd'hui à 90 jours."""
    structure: str
    """Structure qui accompagnera, par son identifiant dans l'offre."""


class DepartmentIdentifierInput(Model, frozen=True, kw_only=True):
    """Identifiant de la personne dans le système d'information d'un Conseil départemental."""
    department: str
    """Code du département."""
    value: str
    """Valeur de l'identifiant."""


class DraftContractInput(Model, frozen=True, kw_only=True):
    """Projet de contrat entre la personne et l'organisme de l'agent."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne qui s'engagera."""
    kind: ContractKind
    """Nature : CER ou CONTRAT_ENGAGEMENT."""
    starts_on: Date = field(name="startsOn")
    """Date de début."""
    ends_on: Date = field(name="endsOn")
    """Date de fin, 24 mois au plus après le début."""


class EndFollowUpInput(Model, frozen=True, kw_only=True):
    """Fin d'un membre du groupe de suivi."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    member: str
    """Membre, ou référent, que le hub tient."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    ended_on: Date = field(name="endedOn")
    """Date du jour, dès laquelle il ne voit plus rien."""


class IdentifierInput(Model, frozen=True, kw_only=True):
    """Identifiant de la personne dans un système national."""
    kind: NationalIdentifierKind
    """Système de l'identifiant."""
    value: str
    """Valeur de l'identifiant."""
    organisation: str | UnsetType | None = UNSET
    """Organisme gestionnaire, pour un matricule CAF ou MSA."""
    role: DossierRole | UnsetType | None = UNSET
    """Rôle dans le dossier, pour un matricule CAF ou MSA."""


class IdentityInput(Model, frozen=True, kw_only=True):
    """Identité à rapprocher : au moins un identifiant ou les noms, et la date de naissance."""
    birth_date: Date = field(name="birthDate")
    """Date de naissance."""
    nir: str | UnsetType | None = UNSET
    """NIR, de 13 caractères, ou 15 avec sa clé ; haché avant toute recherche, jamais conservé ni journalisé."""
    identifier: IdentifierInput | UnsetType | None = UNSET
    """Identifiant dans un système national."""
    department_identifier: DepartmentIdentifierInput | UnsetType | None = field(name="departmentIdentifier", default=UNSET)
    """Identifiant interne d'un Conseil départemental, pour qui peut lire les identifiants en entier."""
    names: NamesInput | UnsetType | None = UNSET
    """Nom et prénom, pour qui instruit la demande d'une personne sous un numéro de dossier ; deux homonymes nés le
    même jour donnent SEVERAL."""


class NamesInput(Model, frozen=True, kw_only=True):
    """Noms d'une personne, sans égard à la casse ni aux accents."""
    last_name: str = field(name="lastName")
    """Nom d'usage ou de naissance."""
    first_name: str = field(name="firstName")
    """Prénom."""


class NearInput(Model, frozen=True, kw_only=True):
    """Lieu de recherche : une commune, ou des coordonnées."""
    city_code: str | UnsetType | None = field(name="cityCode", default=UNSET)
    """Code INSEE de la commune, à défaut de coordonnées."""
    latitude: float | UnsetType | None = UNSET
    """Latitude, en degrés décimaux."""
    longitude: float | UnsetType | None = UNSET
    """Longitude, en degrés décimaux."""
    radius_km: int | UnsetType | None = field(name="radiusKm", default=UNSET)
    """Rayon, en kilomètres, de 1 à 100."""


class OrientationFilter(Model, frozen=True, kw_only=True):
    """Critères de recherche d'orientations."""
    pathway: Pathway | UnsetType | None = UNSET
    """Parcours d'orientation."""
    starts_from: Date | UnsetType | None = field(name="startsFrom", default=UNSET)
    """Débute à partir de cette date, comprise."""
    starts_to: Date | UnsetType | None = field(name="startsTo", default=UNSET)
    """Débute jusqu'à cette date, comprise."""
    decision: OrientationDecision | UnsetType | None = UNSET
    """Décision de l'organisme."""


class PersonFilter(Model, frozen=True, kw_only=True):
    """Critères de recherche de personnes, comparés à l'identique, par intervalle ou par leur début."""
    last_name: str | UnsetType | None = field(name="lastName", default=UNSET)
    """Nom d'usage ou de naissance, sans égard à la casse ni aux accents."""
    last_name_prefix: str | UnsetType | None = field(name="lastNamePrefix", default=UNSET)
    """Début du nom d'usage ou de naissance, de 3 lettres au moins, sans égard à la casse ni aux accents."""
    birth_date_from: Date | UnsetType | None = field(name="birthDateFrom", default=UNSET)
    """Né à partir de cette date, comprise."""
    birth_date_to: Date | UnsetType | None = field(name="birthDateTo", default=UNSET)
    """Né jusqu'à cette date, comprise."""
    city_code: str | UnsetType | None = field(name="cityCode", default=UNSET)
    """Code INSEE de la commune de résidence."""
    rsa_status: RsaStatus | UnsetType | None = field(name="rsaStatus", default=UNSET)
    """État du dossier RSA."""


class PlaceInTrainingInput(Model, frozen=True, kw_only=True):
    """Positionnement d'une personne sur une session de formation."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne qui est positionnée."""
    session: str
    """Session, du catalogue."""


class ProposeImmersionInput(Model, frozen=True, kw_only=True):
    """Proposition d'une immersion dans une entreprise."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne à qui l'immersion est proposée."""
    offer: str
    """Offre d'immersion, du catalogue."""
    objective: ImmersionObjective
    """Objet (C. trav. L.5135-1)."""
    starts_on: Date = field(name="startsOn")
    """Premier jour, d'aujourd'hui à 90 jours."""
    ends_on: Date = field(name="endsOn")
    """Dernier jour, 30 jours au plus après le premier."""


class RecordAppointmentInput(Model, frozen=True, kw_only=True):
    """Rendez-vous à enregistrer, de sa propre organisation."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne qui a le rendez-vous."""
    starts_at: DateTime = field(name="startsAt")
    """Début."""
    duration_minutes: int | UnsetType | None = field(name="durationMinutes", default=UNSET)
    """Durée prévue, en minutes."""
    mode: AppointmentMode | UnsetType | None = UNSET
    """Modalité."""
    motive: MotiveCategory | UnsetType | None = UNSET
    """Catégorie du motif."""


class ReferToServiceInput(Model, frozen=True, kw_only=True):
    """Orientation d'une personne vers un service."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne qui est orientée."""
    service: str
    """Service vers lequel elle l'est, du catalogue."""


class RenewContractInput(Model, frozen=True, kw_only=True):
    """Projet de contrat qui en suit un autre, de même nature et de la même personne."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    contract: str
    """Contrat à renouveler."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    starts_on: Date = field(name="startsOn")
    """Date de début."""
    ends_on: Date = field(name="endsOn")
    """Date de fin, 24 mois au plus après le début."""


class ServiceFilter(Model, frozen=True, kw_only=True):
    """Critères de recherche de services ; chaque liste admet un service qui en porte une valeur."""
    thematics: tuple[str, ...] | UnsetType | None = UNSET
    """Thématiques ou catégories de thématiques, codes de data.inclusion."""
    types: tuple[str, ...] | UnsetType | None = UNSET
    """Types de service, codes de data.inclusion."""
    publics: tuple[str, ...] | UnsetType | None = UNSET
    """Publics, codes de data.inclusion."""
    fees: tuple[str, ...] | UnsetType | None = UNSET
    """Frais, codes de data.inclusion."""


class SetAppointmentStatusInput(Model, frozen=True, kw_only=True):
    """Présence de la personne à un rendez-vous enregistré ici."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    appointment: str
    """Rendez-vous."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    status: AppointmentStatus
    """Présence de la personne."""


class SetDifficultyStateInput(Model, frozen=True, kw_only=True):
    """Ce que devient une difficulté relevée ici."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    difficulty: str
    """Difficulté."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    state: ConstraintState
    """État."""
    recorded_on: Date = field(name="recordedOn")
    """Date du constat, d'un an au plus."""


class SetReferentInput(Model, frozen=True, kw_only=True):
    """Référent d'une personne que l'agent accompagne."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    person: str
    """Personne accompagnée."""
    agent: str
    """Agent de votre organisme, par son identifiant du hub."""
    since: Date
    """Date du jour."""


class SignContractInput(Model, frozen=True, kw_only=True):
    """Signature d'un contrat par l'organisme qui l'a préparé."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    contract: str
    """Contrat."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    signed_on: Date = field(name="signedOn")
    """Date de la signature."""


class SignOwnContractInput(Model, frozen=True, kw_only=True):
    """Signature d'un contrat par la personne, pour elle-même."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    contract: str
    """Contrat."""
    expected_version: int = field(name="expectedVersion")
    """Version de l'élément que vous avez lue : si elle n'est plus la sienne, rien n'est écrit."""
    signed_on: Date = field(name="signedOn")
    """Date du jour."""


class SubscribeToChangesInput(Model, frozen=True, kw_only=True):
    """Abonnement à faire, sous la finalité de la requête."""
    idempotency_key: str = field(name="idempotencyKey")
    """Clé de votre choix, neuve pour chaque écriture : la même écriture renvoyée sous la même clé n'est faite qu'une
    fois. De 8 à 64 lettres sans accent, chiffres, « - » ou « _ », sans treize chiffres de suite."""
    url: str
    """Adresse https d'un serveur public, qui reçoit les notifications."""
    query: str
    """Requête dont les changements sont signalés : son seul champ racine est `changes`."""
    days: int | UnsetType = UNSET
    """Durée, de 1 à 366 jours, dans celle de l'habilitation."""
