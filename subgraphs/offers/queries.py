"""Root fields of the subgraph `offers`, and its model."""

from __future__ import annotations

from enum import Enum

import strawberry

from subgraphs.kit.connection_types import JudgedConnection, PlaceConnection
from subgraphs.kit.federation_schema import SubgraphQuery
from subgraphs.kit.place_search import Near
from subgraphs.kit.root_fields import Comparison, caseload, catalogue, criterion, filter_of, order_of, sort
from subgraphs.kit.scalars import ID, Date, DateTime
from subgraphs.kit.subgraph_model import model
from subgraphs.offers.employer_tables import immersion_offer, job_posting
from subgraphs.offers.employer_types import ImmersionOffer, JobPosting
from subgraphs.offers.journey_types import PRO, SUIVI, TYPES, ImmersionAgreement, JobApplication, Referral
from subgraphs.offers.mutations import Mutation
from subgraphs.offers.tables import service, structure
from subgraphs.offers.types import PUB, Service, Structure
from subgraphs.offers.values import ImmersionStatus, JobApplicationState, ReferralStatus

AMONG, FROM, UNTIL, BEFORE = Comparison.AMONG, Comparison.FROM, Comparison.UNTIL, Comparison.BEFORE


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


@filter_of(Referral, "Critères de recherche d'orientations vers un service.")
class ReferralFilter:
    status: ReferralStatus | None = criterion("status", "État de l'orientation.")
    sent_from: Date | None = criterion("sentOn", "Envoyée à partir de cette date, comprise.", FROM)
    sent_to: Date | None = criterion("sentOn", "Envoyée jusqu'à cette date, comprise.", UNTIL)


@order_of(Referral, "Ordre d'une liste d'orientations vers un service.")
class ReferralOrder(Enum):
    SENT_ON = sort("Par date d'envoi.", "sentOn")
    SENT_ON_DESC = sort("Par date d'envoi, la plus récente en premier.", "sentOn", descending=True)


@filter_of(JobApplication, "Critères de recherche de candidatures.")
class JobApplicationFilter:
    state: JobApplicationState | None = criterion("state", "État.")
    created_from: DateTime | None = criterion("createdAt", "Créée à partir de cet instant, compris.", FROM)
    created_before: DateTime | None = criterion("createdAt", "Créée avant cet instant.", BEFORE)


@order_of(JobApplication, "Ordre d'une liste de candidatures.")
class JobApplicationOrder(Enum):
    CREATED_AT = sort("Par instant de création.", "createdAt")
    CREATED_AT_DESC = sort("Par instant de création, la plus récente en premier.", "createdAt", descending=True)


@filter_of(ImmersionAgreement, "Critères de recherche d'immersions.")
class ImmersionFilter:
    status: ImmersionStatus | None = criterion("status", "État.")
    starts_from: Date | None = criterion("startsOn", "Débute à partir de cette date, comprise.", FROM)
    starts_to: Date | None = criterion("startsOn", "Débute jusqu'à cette date, comprise.", UNTIL)
    ends_from: Date | None = criterion("endsOn", "Finit à partir de cette date, comprise.", FROM)
    ends_to: Date | None = criterion("endsOn", "Finit jusqu'à cette date, comprise.", UNTIL)


@order_of(ImmersionAgreement, "Ordre d'une liste d'immersions.")
class ImmersionOrder(Enum):
    STARTS_ON = sort("Par date de début.", "startsOn")
    STARTS_ON_DESC = sort("Par date de début, la plus tardive en premier.", "startsOn", descending=True)
    ENDS_ON = sort("Par date de fin.", "endsOn")
    ENDS_ON_DESC = sort("Par date de fin, la plus tardive en premier.", "endsOn", descending=True)


@strawberry.type
class Query(SubgraphQuery):
    referrals: JudgedConnection[Referral] | None = caseload(
        "Orientations vers un service des personnes suivies.", SUIVI, filter=ReferralFilter, order=ReferralOrder
    )
    job_applications: JudgedConnection[JobApplication] | None = caseload(
        "Candidatures des personnes suivies.", PRO, filter=JobApplicationFilter, order=JobApplicationOrder
    )
    immersions: JudgedConnection[ImmersionAgreement] | None = caseload(
        "Immersions des personnes suivies.", PRO, filter=ImmersionFilter, order=ImmersionOrder
    )
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


MODEL = model("offers", TYPES, Query, Mutation)
