"""Types of the subgraph `offers` about the catalogue (data.inclusion): structures and services."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.connection_types import PlaceConnection
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import column, key, to_many, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.scalars import ID
from subgraphs.offers.suggestions import SUGGESTION
from subgraphs.offers.tables import referral_terms, service, structure

PUB = Category.PUB


@Entity(table=structure, plural="structures", description="Structure de l'offre d'insertion (data.inclusion).")
class Structure:
    id: ID = key(structure.c.id, "Identifiant de la structure : source, deux tirets, identifiant local.")
    name: str | None = column(structure.c.name, PUB, "Nom.")
    description: str | None = column(structure.c.description, PUB, "Présentation.")
    siret: str | None = column(structure.c.siret, PUB, "SIRET.")
    networks: list[str] | None = column(structure.c.networks, PUB, "Réseaux porteurs, codes de data.inclusion.")
    opening_hours: str | None = column(structure.c.opening_hours, PUB, "Horaires d'accueil, au format d'OpenStreetMap.")
    phone: str | None = column(structure.c.phone, PUB, "Téléphone d'accueil.")
    email: str | None = column(structure.c.email, PUB, "Adresse électronique d'accueil.")
    website: str | None = column(structure.c.website, PUB, "Site internet.")
    producer: str | None = column(structure.c.producer, PUB, "Qui a décrit la structure dans la source.")
    services: PlaceConnection[Service] | None = to_many(
        PUB,
        "Services de la structure.",
        on=(service.c.structure_id, structure.c.id),
    )
    street: str | None = column(structure.c.street, PUB, "Numéro et voie.")
    postal_code: str | None = column(structure.c.postal_code, PUB, "Code postal.")
    city: str | None = column(structure.c.city, PUB, "Nom de la commune.")
    city_code: str | None = column(structure.c.city_code, PUB, "Code INSEE de la commune.")
    latitude: float | None = column(structure.c.latitude, PUB, "Latitude, en degrés décimaux.")
    longitude: float | None = column(structure.c.longitude, PUB, "Longitude, en degrés décimaux.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=service, plural="services", description="Service d'insertion (data.inclusion).")
class Service:
    id: ID = key(service.c.id, "Identifiant du service : source, deux tirets, identifiant local.")
    structure: Structure | None = to_one(PUB, "Structure qui le porte.", on=(structure.c.id, service.c.structure_id))
    name: str | None = column(service.c.name, PUB, "Nom.")
    description: str | None = column(service.c.description, PUB, "Présentation.")
    type: str | None = column(service.c.type, PUB, "Type de service.")
    thematics: list[str] | None = column(service.c.thematics, PUB, "Thématiques, codes de data.inclusion.")
    publics: list[str] | None = column(service.c.publics, PUB, "Publics, codes de data.inclusion.")
    fees: str | None = column(service.c.fees, PUB, "Frais, code de data.inclusion.")
    access_modes: list[str] | None = column(service.c.access_modes, PUB, "Modes d'accueil, codes de data.inclusion.")
    mobilisation_modes: list[str] | None = column(
        service.c.mobilisation_modes,
        PUB,
        "Modes de mobilisation, codes de data.inclusion.",
    )
    conditions: str | None = column(service.c.conditions, PUB, "Conditions d'accès.")
    eligibility_zone: list[str] | None = column(
        service.c.eligibility_zone,
        PUB,
        "Codes INSEE des territoires d'éligibilité.",
    )
    producer: str | None = column(service.c.producer, PUB, "Qui a décrit le service dans la source.")
    open_to_people: bool | None = column(
        service.c.open_to_people,
        PUB,
        "La personne peut s'y adresser sans professionnel.",
    )
    referral_terms: ReferralTerms | None = to_one(
        PUB,
        "Comment y orienter une personne ; nul d'un service que DORA ne dit pas.",
        on=(referral_terms.c.id, service.c.id),
    )
    street: str | None = column(service.c.street, PUB, "Numéro et voie.")
    postal_code: str | None = column(service.c.postal_code, PUB, "Code postal.")
    city: str | None = column(service.c.city, PUB, "Nom de la commune.")
    city_code: str | None = column(service.c.city_code, PUB, "Code INSEE de la commune.")
    latitude: float | None = column(service.c.latitude, PUB, "Latitude, en degrés décimaux.")
    longitude: float | None = column(service.c.longitude, PUB, "Longitude, en degrés décimaux.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=referral_terms, description="Comment un professionnel oriente une personne vers un service (DORA).")
class ReferralTerms:
    accepts_form: bool | None = column(referral_terms.c.accepts_form, PUB, "Par le formulaire de DORA.")
    average_reply_days: int | None = column(
        referral_terms.c.average_reply_days,
        PUB,
        "Délai moyen des réponses aux orientations, en jours ; nul tant qu'aucune n'a été traitée.",
    )
    supporting_documents: list[str] | None = column(
        referral_terms.c.supporting_documents, PUB, "Justificatifs à fournir."
    )
    provenance: Provenance | None = provenance(PUB, "Origine de ces indications.")


@Entity(
    table=SUGGESTION,
    plural="services proposés",
    description="Service proposé à une personne ; ce qu'il révèle d'elle se décide sur le lien qui le propose.",
)
class SuggestedService:
    id: ID = key(SUGGESTION.c.id, "Identifiant du service.", resolvable=False)
    name: str | None = column(SUGGESTION.c.name, PUB, "Nom.")
    thematics: list[str] | None = column(SUGGESTION.c.thematics, PUB, "Thématiques, codes de data.inclusion.")
    service: Service | None = to_one(PUB, "Le service lui-même.", on=(service.c.id, SUGGESTION.c.id))
    distance_km: float | None = column(
        SUGGESTION.c.distance_km,
        PUB,
        "Distance à vol d'oiseau depuis le centre de la commune, en kilomètres ; nulle si elle n'est pas connue.",
    )
    structure: Structure | None = to_one(PUB, "Structure qui le porte.", on=(structure.c.id, SUGGESTION.c.structure_id))
