"""Employers of Les emplois de l'inclusion and their open postings: answers of its public `GET /api/v1/siaes`.

A result is an employer that holds `postes`; those that an employer no longer holds are closed, and go. An employer that
has vanished (`emplois_api`) goes with its postings; one to which an application refers stays as that tells of it. The
answer has no date of its own: an employer and each posting have theirs. Upstream: itou `api/siae_api/serializers.py`
(docs/domain.md#emplois). Not taken: how an employer is reached, its description, the profile that is looked for.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

import msgspec

from schema.confidential import Confidential
from subgraphs.kit.communes import commune_at
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.json_records import convert_setting_aside
from subgraphs.kit.ingest.positions import found_at
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import instant
from subgraphs.kit.sensitive_organisations import strictest
from subgraphs.offers import employer_tables as tables
from subgraphs.offers import journey_tables

NAME = "emplois"
VANISHED = "employeurs"
Kind = Literal["ACI", "AI", "EA", "EATT", "EI", "EITI", "ETTI", "GEIQ", "OPCS"]
Siret = Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
Name = Annotated[str, msgspec.Meta(min_length=1)]
_ROME = re.compile(r"^(?:(.*) \()?([A-Z]\d{4})\)?$")
"""A code of the ROME, alone or between brackets after its name, as the API writes it."""

FIELDS: Fields = {  # `cree_le` and `mis_a_jour_le`, which applications have too, are declared with them
    "siret": ("Company.siret", Used.RECORD),
    "type": ("Company.kind", Used.RECORD, Used.REVEALS),
    ("raison_sociale", "enseigne"): ("Company.name", Used.REVEALS),
    "site_web": "Company.website",
    "bloque_candidatures": "Company.openToApplications",
    "addresse_ligne_1": "Company.street",
    "code_postal": ("Company.postalCode", "Company.cityCode"),
    "ville": ("Company.city", "Company.cityCode"),
    "id": Used.RECORD,
    "vanished": Used.SELECTION,
    ("telephone", "courriel", "description"): Unkept.NOT_SERVED_YET,
    ("addresse_ligne_2", "departement"): Unkept.SAID_BETTER,
    "postes.": {
        "id": Used.RECORD,
        "rome": ("JobPosting.romeCode", "JobPosting.title"),
        "appellation_modifiee": "JobPosting.title",
        "mis_a_jour_le": Used.AS_OF,
        "recrutement_ouvert": Used.SELECTION,
        "description": "JobPosting.description",
        "type_contrat": "JobPosting.contractType",
        "nombre_postes_ouverts": "JobPosting.openPositions",
        "lieu.": {
            "nom": "JobPosting.city",
            "code_insee": "JobPosting.cityCode",
            ("departement", "code_postaux"): Unkept.SAID_BETTER,
        },
        "profil_recherche": Unkept.NOT_SERVED_YET,
        "cree_le": Unkept.NO_PURPOSE,
    },
}


class Place(Confidential, frozen=True):
    """The commune of a posting."""

    nom: str | None = None
    code_insee: Annotated[str, msgspec.Meta(pattern=r"^(\d{2}|2[AB])\d{3}$")] | None = None


class Posting(Confidential, frozen=True):
    """A posting of an employer."""

    id: Annotated[int, msgspec.Meta(gt=0)]
    mis_a_jour_le: str
    rome: Annotated[str, msgspec.Meta(pattern=_ROME.pattern)] | None = None
    recrutement_ouvert: str | bool = True
    description: str | None = None
    appellation_modifiee: str | None = None
    type_contrat: str | None = None
    nombre_postes_ouverts: Annotated[int, msgspec.Meta(ge=0, lt=1 << 31)] | None = None
    lieu: Place | None = None


class Employer(Confidential, frozen=True):
    """An employer, with its open postings."""

    siret: Siret
    type: Kind
    raison_sociale: Name
    mis_a_jour_le: str
    postes: list[Posting]
    enseigne: str | None = None
    site_web: str | None = None
    bloque_candidatures: bool | None = None
    addresse_ligne_1: str | None = None
    code_postal: Annotated[str, msgspec.Meta(pattern=r"^\d{5}$")] | None = None
    ville: str | None = None


class Vanished(Confidential, frozen=True):
    """An employer that two whole listings of its département no longer hold: its SIRET and kind, by a hyphen."""

    vanished: Literal["employeurs"]
    id: str


async def remove_employer(store: Store, gone: Vanished) -> Outcome:
    """Remove an employer with its postings; where an application refers to it, what that doesn't tell of it."""
    company = await store.row(tables.company, source=NAME, source_id=gone.id)
    if company is None or company["open_to_applications"] is None:
        return Outcome.UNCHANGED
    await store.delete(tables.job_posting, company_id=company["id"])
    if await store.row(journey_tables.job_application, company_id=company["id"]) is None:
        await store.delete(tables.company, source=NAME, source_id=gone.id)
    else:
        unknown = dict.fromkeys(("street", "postal_code", "city_code", "website", "open_to_applications"))
        await store.put(tables.company, {"source": NAME, "source_id": gone.id}, unknown)
    return Outcome.REMOVED


async def write_employer(store: Store, record: object) -> Outcome:
    """Write an employer and its open postings, and remove those that it no longer holds; raises Refused."""
    employer = convert_setting_aside(record, Employer, store.set_aside)
    key = f"{employer.siret}-{employer.type}"
    company_id = f"{NAME}--{key}"
    as_of = instant(employer.mis_a_jour_le, "mis_a_jour_le")
    row = await store.row(tables.company, source=NAME, source_id=key)
    listed = row is not None and row["open_to_applications"] is not None
    if store.is_older(as_of, row if listed else None):
        return Outcome.OLDER
    commune = commune_at(employer.code_postal, employer.ville)
    values = {
        "id": company_id,
        "name": employer.enseigne or employer.raison_sociale,
        "kind": employer.type,
        "siret": employer.siret,
        "street": employer.addresse_ligne_1 or None,
        "postal_code": employer.code_postal,
        "city": employer.ville or None,
        "city_code": None if commune is None else commune.code,
        "website": employer.site_web or None,
        "open_to_applications": not employer.bloque_candidatures,
        "sensitivity": strictest([employer.type], employer.raison_sociale, employer.enseigne),
        "as_of": as_of,
    }
    await store.put(tables.company, {"source": NAME, "source_id": key}, values)
    postings = {f"{NAME}--poste-{posting.id}": posting for posting in employer.postes if _is_open(posting)}
    unread = {aside.path.partition("]")[0] for aside in store.asides if aside.path.startswith("postes[")}
    for stored in await store.all(tables.job_posting, company_id=company_id):
        if stored["id"] not in postings and not unread:
            await store.delete(tables.job_posting, id=stored["id"])
    for number, (posting_id, posting) in enumerate(postings.items()):
        dated = instant(posting.mis_a_jour_le, f"postes[{number}].mis_a_jour_le")
        await revise(store, tables.job_posting, posting_id, _posting(posting, company_id, values), dated)
    if row is None:
        return Outcome.CREATED
    return Outcome.UPDATED if store.written else Outcome.UNCHANGED


def _is_open(posting: Posting) -> bool:
    """Whether a posting recruits: the API writes it as the word of Python."""
    return posting.recrutement_ouvert in (True, "True", "true")


def _posting(posting: Posting, company_id: str, company: dict[str, Any]) -> dict[str, Any]:
    """The columns of a posting; without a place of its own, it is where its employer is."""
    rome = _ROME.match(posting.rome or "")
    place = posting.lieu or Place(company["city"], company["city_code"])
    return {
        "company_id": company_id,
        "title": posting.appellation_modifiee or (rome[1] if rome else None),
        "rome_code": rome[2] if rome else None,
        "contract_type": posting.type_contrat or None,
        "open_positions": posting.nombre_postes_ouverts,
        "description": posting.description or None,
        "city": place.nom,
        "city_code": place.code_insee,
        **found_at(None, place.code_insee),
        "source": NAME,
        "source_id": f"poste-{posting.id}",
    }
