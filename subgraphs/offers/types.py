"""Types of the subgraph `offers`, each declared once on its table; `schema/offers.graphql` is the model on paper."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.access import person
from subgraphs.kit.constraint_enums import CONSTRAINT_STATE, CONSTRAINT_THEME
from subgraphs.kit.entity import entity
from subgraphs.kit.fields import Kind, Sort, column, external, key, many, one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.offers.journey_tables import immersion_agreement, job_application, pass_iae, referral
from subgraphs.offers.journey_types import JOURNEY_TYPES
from subgraphs.offers.suggestions import SUGGESTION, suggested
from subgraphs.offers.tables import service, structure

PUB, FREIN, COORD, PRO = Category.PUB, Category.FREIN, Category.COORD, Category.PRO


@entity(table=structure, plural="structures", description="Structure de l'offre d'insertion (data.inclusion).")
class Structure:
    id = key(structure.c.id, "Identifiant de la structure : source, deux tirets, identifiant local.")
    name = column(structure.c.name, PUB, "Nom.")
    description = column(structure.c.description, PUB, "Présentation.")
    siret = column(structure.c.siret, PUB, "SIRET.")
    networks = column(structure.c.networks, PUB, "Réseaux porteurs, codes de data.inclusion.")
    opening_hours = column(structure.c.opening_hours, PUB, "Horaires d'accueil, au format d'OpenStreetMap.")
    phone = column(structure.c.phone, PUB, "Téléphone d'accueil.")
    email = column(structure.c.email, PUB, "Adresse électronique d'accueil.")
    website = column(structure.c.website, PUB, "Site internet.")
    services = many("Service", PUB, "Services de la structure.", on=(service.c.structure_id, structure.c.id), page=None)
    street = column(structure.c.street, PUB, "Numéro et voie.")
    postal_code = column(structure.c.postal_code, PUB, "Code postal.")
    city = column(structure.c.city, PUB, "Nom de la commune.")
    city_code = column(structure.c.city_code, PUB, "Code INSEE de la commune.")
    latitude = column(structure.c.latitude, PUB, "Latitude, en degrés décimaux.")
    longitude = column(structure.c.longitude, PUB, "Longitude, en degrés décimaux.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(table=service, plural="services", description="Service d'insertion (data.inclusion).")
class Service:
    id = key(service.c.id, "Identifiant du service : source, deux tirets, identifiant local.")
    structure = one("Structure", PUB, "Structure qui le porte.", on=(structure.c.id, service.c.structure_id))
    name = column(service.c.name, PUB, "Nom.")
    description = column(service.c.description, PUB, "Présentation.")
    type = column(service.c.type, PUB, "Type de service.")
    thematics = column(service.c.thematics, PUB, "Thématiques, codes de data.inclusion.")
    publics = column(service.c.publics, PUB, "Publics, codes de data.inclusion.")
    fees = column(service.c.fees, PUB, "Frais, code de data.inclusion.")
    access_modes = column(service.c.access_modes, PUB, "Modes d'accueil, codes de data.inclusion.")
    mobilisation_modes = column(service.c.mobilisation_modes, PUB, "Modes de mobilisation, codes de data.inclusion.")
    conditions = column(service.c.conditions, PUB, "Conditions d'accès.")
    eligibility_zone = column(service.c.eligibility_zone, PUB, "Codes INSEE des territoires d'éligibilité.")
    open_to_people = column(service.c.open_to_people, PUB, "La personne peut s'y adresser sans professionnel.")
    street = column(service.c.street, PUB, "Numéro et voie.")
    postal_code = column(service.c.postal_code, PUB, "Code postal.")
    city = column(service.c.city, PUB, "Nom de la commune.")
    city_code = column(service.c.city_code, PUB, "Code INSEE de la commune.")
    latitude = column(service.c.latitude, PUB, "Latitude, en degrés décimaux.")
    longitude = column(service.c.longitude, PUB, "Longitude, en degrés décimaux.")
    provenance = provenance(PUB, "Origine de la description.")


@entity(
    table=SUGGESTION,
    plural="services proposés",
    description="Service proposé à une personne ; ce qu'il révèle d'elle se décide sur le lien qui le propose.",
)
class SuggestedService:
    id = key(SUGGESTION.c.id, "Identifiant du service.", resolvable=False)
    name = column(SUGGESTION.c.name, PUB, "Nom.")
    thematics = column(SUGGESTION.c.thematics, PUB, "Thématiques, codes de data.inclusion.")
    service = one("Service", PUB, "Le service lui-même.", on=(service.c.id, SUGGESTION.c.id))
    distance_km = column(
        SUGGESTION.c.distance_km,
        PUB,
        "Distance à vol d'oiseau depuis le centre de la commune, en kilomètres ; nulle si elle n'est pas connue.",
    )
    structure = one("Structure", PUB, "Structure qui le porte.", on=(structure.c.id, SUGGESTION.c.structure_id))


@entity(table=None, description="Adresse postale.")
class Address:
    city_code = external(Kind.STRING, COORD, "Code INSEE de la commune.")


@entity(table=None, description="Moyens de joindre la personne.")
class Contact:
    address = external("Address", COORD, "Adresse postale.")


@entity(table=None, description="Difficulté à prendre en compte dans le parcours.")
class Constraint:
    theme = external(
        CONSTRAINT_THEME,
        FREIN,
        "Thème ; une difficulté dont le thème n'est pas ouvert à l'acteur est absente de sa liste.",
    )
    state = external(CONSTRAINT_STATE, FREIN, "État de la difficulté.")


@entity(
    table=person,
    subject="person_id",
    subject_field="id",
    description="Personne accompagnée ou qui demande à l'être.",
)
class Person:
    id = key(person.c.person_id, "Identifiant opaque du hub ; ne dérive d'aucun autre.")
    contact = external("Contact", COORD, "Moyens de joindre la personne.")
    constraints = external("Constraint", FREIN, "Difficultés à prendre en compte dans le parcours.", many=True)
    suggested_services = many(
        "SuggestedService",
        FREIN,
        "Services proches qui répondent aux difficultés que l'acteur peut lire ; la distance part de la commune de la "
        "personne.",
        source=suggested,
        requires="contact { address { cityCode } } constraints { theme state }",
        order=Sort("distanceKm", column=SUGGESTION.c.rank),
    )
    referrals = many(
        "Referral",
        Category.SUIVI,
        "Orientations vers un service.",
        on=(referral.c.person_id, person.c.person_id),
        order=Sort("sentOn", descending=True),
    )
    job_applications = many(
        "JobApplication",
        PRO,
        "Candidatures auprès des employeurs de l'inclusion.",
        on=(job_application.c.person_id, person.c.person_id),
        order=Sort("createdAt", descending=True),
    )
    pass_iae = one(
        "PassIae",
        PRO,
        "PASS IAE.",
        on=(pass_iae.c.person_id, person.c.person_id),
        first=Sort("endsOn", descending=True),
    )
    immersions = many(
        "ImmersionAgreement",
        PRO,
        "Immersions professionnelles.",
        on=(immersion_agreement.c.person_id, person.c.person_id),
        order=Sort("startsOn", descending=True),
    )


TYPES = (Person, Structure, Service, SuggestedService, Contact, Address, Constraint, Provenance, *JOURNEY_TYPES)
