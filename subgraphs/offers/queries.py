"""Root fields of the subgraph `offers`, and its model."""

from __future__ import annotations

import strawberry

from subgraphs.kit.connection_types import PlaceConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.place_search import Near
from subgraphs.kit.root_fields import Comparison, catalogue, criterion, filter_of
from subgraphs.kit.scalars import ID
from subgraphs.kit.subgraph_model import model
from subgraphs.offers.employer_tables import immersion_offer, job_posting
from subgraphs.offers.employer_types import ImmersionOffer, JobPosting
from subgraphs.offers.journey_types import TYPES
from subgraphs.offers.tables import service, structure
from subgraphs.offers.types import PUB, Service, Structure

AMONG = Comparison.AMONG


@filter_of(Service, "Critères de recherche de services ; chaque liste admet un service qui en porte une valeur.")
class ServiceFilter:
    thematics: list[str] | None = criterion(
        "thematics",
        "Thématiques ou catégories de thématiques, codes de data.inclusion.",
        AMONG,
        alternative=criterion("thematics", "", AMONG, column=service.c.categories),
    )
    types: list[str] | None = criterion("type", "Types de service, codes de data.inclusion.", AMONG)
    publics: list[str] | None = criterion("publics", "Publics, codes de data.inclusion.", AMONG)
    fees: list[str] | None = criterion("fees", "Frais, codes de data.inclusion.", AMONG)


@filter_of(Structure, "Critères de recherche de structures.")
class StructureFilter:
    siret: str | None = criterion("siret", "SIRET.")
    networks: list[str] | None = criterion("networks", "Réseaux porteurs, codes de data.inclusion.", AMONG)


@filter_of(JobPosting, "Critères de recherche de postes.")
class JobPostingFilter:
    company: ID | None = criterion("company.id", "Employeur.")
    rome_codes: list[str] | None = criterion("romeCode", "Codes ROME.", AMONG)
    contract_types: list[str] | None = criterion("contractType", "Types de contrat, libellés des Emplois.", AMONG)


@filter_of(ImmersionOffer, "Critères de recherche d'offres d'immersion.")
class ImmersionOfferFilter:
    rome_codes: list[str] | None = criterion("romeCode", "Codes ROME.", AMONG)
    volunteers: bool | None = criterion("volunteers", "L'entreprise a dit qu'elle accueille.")


@strawberry.type
class Query(SubgraphQuery):
    services: PlaceConnection[Service] | None = catalogue(
        "Services d'insertion, du plus proche au plus lointain si un lieu est donné.",
        PUB,
        filter=ServiceFilter,
        near=Near(service.c.at_latitude, service.c.at_longitude),
    )
    structures: PlaceConnection[Structure] | None = catalogue(
        "Structures d'insertion, de la plus proche à la plus lointaine si un lieu est donné.",
        PUB,
        filter=StructureFilter,
        near=Near(structure.c.at_latitude, structure.c.at_longitude),
    )
    job_postings: PlaceConnection[JobPosting] | None = catalogue(
        "Postes des employeurs de l'inclusion, du plus proche au plus lointain si un lieu est donné.",
        PUB,
        filter=JobPostingFilter,
        near=Near(job_posting.c.at_latitude, job_posting.c.at_longitude, reads=("cityCode",)),
    )
    immersion_offers: PlaceConnection[ImmersionOffer] | None = catalogue(
        "Offres d'immersion, de la plus proche à la plus lointaine si un lieu est donné.",
        PUB,
        filter=ImmersionOfferFilter,
        near=Near(immersion_offer.c.at_latitude, immersion_offer.c.at_longitude),
    )


MODEL = model("offers", TYPES, Query)
