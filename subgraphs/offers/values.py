"""Enums of the subgraph `offers`, with the values of DORA (without accents), Les emplois and Immersion facilitée.

Sources: docs/domain.md#dora, docs/domain.md#emplois and docs/domain.md#immersion-facilitee.
"""

from enum import Enum

from subgraphs.kit.enums import choice, value


@choice("État d'une orientation vers un service (DORA, sans les accents).")
class ReferralStatus(Enum):
    MODERATION_EN_COURS = value("Modération en cours.")
    MODERATION_REJETEE = value("Modération rejetée.")
    OUVERTE = value("Ouverte.")
    VALIDEE = value("Validée.")
    REFUSEE = value("Refusée.")
    EXPIREE = value("Expirée.")


@choice("Nature d'un employeur de l'inclusion (Emplois de l'inclusion).")
class CompanyKind(Enum):
    ACI = value("Atelier et chantier d'insertion.")
    AI = value("Association intermédiaire.")
    EA = value("Entreprise adaptée.")
    EATT = value("Entreprise adaptée de travail temporaire.")
    EI = value("Entreprise d'insertion.")
    EITI = value("Entreprise d'insertion par le travail indépendant.")
    ETTI = value("Entreprise de travail temporaire d'insertion.")
    GEIQ = value("Groupement d'employeurs pour l'insertion et la qualification.")
    OPCS = value("Organisation porteuse de la clause sociale.")


@choice("État d'une candidature (Emplois de l'inclusion).")
class JobApplicationState(Enum):
    new = value("Nouvelle.")
    processing = value("À l'étude.")
    postponed = value("En attente.")
    prior_to_hire = value("Action préalable à l'embauche.")
    accepted = value("Acceptée.")
    refused = value("Refusée.")
    cancelled = value("Embauche annulée.")
    obsolete = value("Embauché ailleurs.")
    pool = value("Vivier.")


@choice("Émetteur d'une candidature (Emplois de l'inclusion).")
class SenderKind(Enum):
    job_seeker = value("La personne.")
    prescriber = value("Un prescripteur.")
    employer = value("Un employeur.")


@choice("État d'un PASS IAE (Emplois de l'inclusion).")
class PassIaeStatus(Enum):
    EXPIRED = value("Échu.")
    VALID = value("Valide.")
    FUTURE = value("À venir.")
    SUSPENDED = value("Suspendu.")


@choice("État d'une convention (Immersion facilitée).")
class ImmersionStatus(Enum):
    READY_TO_SIGN = value("À signer.")
    PARTIALLY_SIGNED = value("Signée en partie.")
    IN_REVIEW = value("À l'étude.")
    REJECTED = value("Refusée.")
    CANCELLED = value("Annulée.")
    DEPRECATED = value("Supprimée.")
    ACCEPTED_BY_COUNSELLOR = value("Acceptée par le conseiller.")
    ACCEPTED_BY_VALIDATOR = value("Validée.")


@choice("Objet d'une immersion (C. trav. L.5135-1).")
class ImmersionObjective(Enum):
    CONFIRMER_UN_PROJET_PROFESSIONNEL = value("Confirmer un projet professionnel.")
    DECOUVRIR_UN_METIER = value("Découvrir un métier ou un secteur d'activité.")
    INITIER_UN_RECRUTEMENT = value("Initier une démarche de recrutement.")


@choice("Bilan d'une immersion (Immersion facilitée).")
class AssessmentStatus(Enum):
    COMPLETED = value("Menée à son terme.")
    PARTIALLY_COMPLETED = value("Menée en partie.")
    DID_NOT_SHOW = value("Non suivie.")


@choice("Comment demander une immersion à une entreprise (Immersion facilitée).")
class ImmersionContactMode(Enum):
    EMAIL = value("Par courriel, depuis Immersion facilitée.")
    PHONE = value("Par téléphone.")
    IN_PERSON = value("Sur place.")
