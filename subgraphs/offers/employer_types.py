"""Types of the subgraph `offers` about employers: companies, their job postings, and immersions that they offer."""

from __future__ import annotations

from schema.categories import Category
from subgraphs.kit.entity import Entity
from subgraphs.kit.fields import column, key, to_one
from subgraphs.kit.provenance import Provenance, provenance
from subgraphs.kit.scalars import ID
from subgraphs.offers import values as v
from subgraphs.offers.employer_tables import company, immersion_offer, job_posting

PUB = Category.PUB


@Entity(table=company, description="Employeur de l'inclusion (Emplois de l'inclusion).")
class Company:
    id: ID = key(company.c.id, "Identifiant de l'employeur.")
    name: str | None = column(company.c.name, PUB, "Nom.")
    kind: v.CompanyKind | None = column(company.c.kind, PUB, "Nature.")
    siret: str | None = column(company.c.siret, PUB, "SIRET ; nul si la source n'en donne que le SIREN.")
    street: str | None = column(company.c.street, PUB, "Numéro et voie.")
    postal_code: str | None = column(company.c.postal_code, PUB, "Code postal.")
    city: str | None = column(company.c.city, PUB, "Nom de la commune.")
    city_code: str | None = column(company.c.city_code, PUB, "Code INSEE de la commune.")
    website: str | None = column(company.c.website, PUB, "Site internet.")
    open_to_applications: bool | None = column(
        company.c.open_to_applications, PUB, "L'employeur reçoit des candidatures."
    )
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(table=job_posting, plural="postes", description="Poste ouvert chez un employeur de l'inclusion (Emplois).")
class JobPosting:
    id: ID = key(job_posting.c.id, "Identifiant du poste.")
    company: Company | None = to_one(PUB, "Employeur.", on=(company.c.id, job_posting.c.company_id))
    title: str | None = column(job_posting.c.title, PUB, "Intitulé : celui de l'employeur, sinon le métier du ROME.")
    rome_code: str | None = column(job_posting.c.rome_code, PUB, "Code ROME du métier.")
    contract_type: str | None = column(job_posting.c.contract_type, PUB, "Type de contrat, libellé des Emplois.")
    open_positions: int | None = column(job_posting.c.open_positions, PUB, "Nombre de postes ouverts.")
    description: str | None = column(job_posting.c.description, PUB, "Description.")
    city: str | None = column(job_posting.c.city, PUB, "Nom de la commune où l'on travaille.")
    city_code: str | None = column(job_posting.c.city_code, PUB, "Code INSEE de cette commune.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")


@Entity(
    table=immersion_offer,
    plural="offres d'immersion",
    description="Métier qu'une entreprise fait découvrir en immersion (Immersion facilitée).",
)
class ImmersionOffer:
    id: ID = key(immersion_offer.c.id, "Identifiant de l'offre : SIRET, lieu et métier.")
    siret: str | None = column(immersion_offer.c.siret, PUB, "SIRET de l'entreprise.")
    company_name: str | None = column(immersion_offer.c.company_name, PUB, "Nom de l'entreprise.")
    rome_code: str | None = column(immersion_offer.c.rome_code, PUB, "Code ROME du métier.")
    occupations: list[str] | None = column(
        immersion_offer.c.occupations, PUB, "Appellations du ROME ; vide si tout le métier est offert."
    )
    contact_mode: v.ImmersionContactMode | None = column(
        immersion_offer.c.contact_mode, PUB, "Comment la demander ; nul si l'entreprise ne s'est pas fait connaître."
    )
    volunteers: bool | None = column(
        immersion_offer.c.volunteers,
        PUB,
        "L'entreprise a dit qu'elle accueille ; sinon, on la suppose prête à le faire.",
    )
    website: str | None = column(immersion_offer.c.website, PUB, "Site internet.")
    street: str | None = column(immersion_offer.c.street, PUB, "Numéro et voie.")
    postal_code: str | None = column(immersion_offer.c.postal_code, PUB, "Code postal.")
    city: str | None = column(immersion_offer.c.city, PUB, "Nom de la commune.")
    city_code: str | None = column(immersion_offer.c.city_code, PUB, "Code INSEE de la commune.")
    latitude: float | None = column(immersion_offer.c.latitude, PUB, "Latitude, en degrés décimaux.")
    longitude: float | None = column(immersion_offer.c.longitude, PUB, "Longitude, en degrés décimaux.")
    provenance: Provenance | None = provenance(PUB, "Origine de la description.")
