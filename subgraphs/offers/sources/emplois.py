"""Job applications of Les emplois de l'inclusion: answers of its `POST /api/v1/candidatures/recherche`, as JSON.

A file is one answer, `{"count": …, "results": [...]}`, of applications or of employers (`emplois_employers`). An
application that an answer doesn't hold stays: it tells only those that changed within three months. An employer whose
SIREN alone is told has no SIRET here, and no link to the person: nobody's token proves a SIREN. The PASS IAE comes with
the application. Not taken: contact of the candidate, who referred it, message, CV, jobs looked for. Source of the
format: itou `api/job_application_api` (docs/domain.md#emplois).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from schema.days import day_of
from subgraphs.kit.ingest.ingestion_report import Outcome
from subgraphs.kit.ingest.json_records import convert, convert_setting_aside
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.text_forms import instant, ways_of_contact
from subgraphs.kit.ingest.unit_of_work import Options
from subgraphs.kit.sensitive_organisations import strictest
from subgraphs.offers import employer_tables
from subgraphs.offers import journey_tables as tables
from subgraphs.offers.sources import emplois_employers
from subgraphs.offers.sources.emplois_employers import NAME, Kind, Name, Vanished, remove_employer, write_employer
from subgraphs.offers.sources.journey import Item, JourneySource

ENDED = ("refused", "cancelled", "obsolete")
"""States in which the employer's link to the person ends with the last change; else it ends with the contract."""

State = Literal[
    "new", "processing", "postponed", "prior_to_hire", "accepted", "refused", "cancelled", "obsolete", "pool"
]
SiretOrSiren = Annotated[str, msgspec.Meta(pattern=r"^\d{14}$|^\d{9}$")]

FIELDS: Fields = {
    ("count", "next", "previous"): Used.CHECK,
    "results.": {
        **emplois_employers.FIELDS,
        "identifiant_unique": Used.RECORD,
        "cree_le": "JobApplication.createdAt",
        "mis_a_jour_le": Used.AS_OF,
        "dernier_changement_le": "JobApplication.updatedAt",
        "statut": "JobApplication.state",
        "candidat_nir": ("Person.nirLastDigits", Used.NIR),
        "candidat_nom": "Person.lastName",
        "candidat_prenom": "Person.firstName",
        "candidat_date_naissance": "Person.birthDate",
        ("candidat_email", "candidat_telephone"): Used.MATCH,
        "candidat_pass_iae_numero": "PassIae.number SectorIdentifier.value Person.passIaeNumber",
        "candidat_pass_iae_statut": "PassIae.status",
        "candidat_pass_iae_date_debut": "PassIae.startsOn",
        "candidat_pass_iae_date_fin": "PassIae.endsOn",
        "entreprise_type": ("Company.kind", Used.REVEALS),
        "entreprise_nom": ("Company.name", Used.REVEALS),
        "entreprise_siret": ("Company.siret", Used.SCOPE),
        "entreprise_adresse": "Company.city",
        "entreprise_employeur_email": Unkept.PROFESSIONAL,
        "orientation_emetteur_type": "JobApplication.sender",
        (
            "orientation_emetteur_sous_type",
            "orientation_emetteur_nom",
            "orientation_emetteur_prenom",
            "orientation_emetteur_email",
            "orientation_emetteur_organisme",
            "orientation_emetteur_organisme_telephone",
        ): Unkept.PROFESSIONAL,
        ("orientation_postes_recherches*", "contrat_poste_retenu*"): Unkept.NOT_SERVED_YET,
        ("orientation_candidat_message", "orientation_candidat_cv"): Unkept.FREE_TEXT,
        "contrat_date_debut": "JobApplication.startsOn",
        "contrat_date_fin": "JobApplication.endsOn",
    },
}


class Application(Confidential, frozen=True):
    """One result of the search."""

    identifiant_unique: UUID
    cree_le: str
    mis_a_jour_le: str
    dernier_changement_le: str
    statut: State
    candidat_nom: Name
    candidat_prenom: Name
    entreprise_type: Kind
    entreprise_nom: Name
    entreprise_siret: SiretOrSiren
    orientation_emetteur_type: Literal["job_seeker", "prescriber", "employer"] | None = None
    candidat_nir: str | None = None
    candidat_date_naissance: date | None = None
    candidat_email: str | None = None
    candidat_telephone: str | None = None
    entreprise_adresse: str | None = None
    candidat_pass_iae_numero: Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")] | None = None
    candidat_pass_iae_statut: Literal["EXPIRED", "VALID", "FUTURE", "SUSPENDED"] | None = None
    candidat_pass_iae_date_debut: date | None = None
    candidat_pass_iae_date_fin: date | None = None
    contrat_date_debut: date | None = None
    contrat_date_fin: date | None = None


class Emplois(JourneySource):
    """The source `emplois`: one application, or one employer with its postings, is one group."""

    name = NAME
    reads = "candidatures, PASS IAE, employeurs et postes des Emplois de l'inclusion"
    fields = FIELDS

    async def write(self, store: Store, record: object, options: Options) -> Outcome:
        """Write one application with its person and its link, or one employer with its postings, or remove that."""
        if isinstance(record, dict) and "vanished" in record:
            return await remove_employer(store, convert(record, Vanished))
        if isinstance(record, dict) and "postes" in record:
            return await write_employer(store, record)
        application = convert_setting_aside(record, Application, store.set_aside)
        key = str(application.identifiant_unique)
        as_of = instant(application.mis_a_jour_le, "mis_a_jour_le")
        if not await self.items.admit(store, key, as_of):
            return Outcome.OLDER
        created = instant(application.cree_le, "cree_le")
        changed = instant(application.dernier_changement_le, "dernier_changement_le")
        end_unread = any(aside.path == "contrat_date_fin" for aside in store.asides)
        ended = day_of(changed) if application.statut in ENDED or end_unread else application.contrat_date_fin
        item = Item(
            table=tables.job_application,
            key=key,
            as_of=as_of,
            person=self._person(application, as_of, options.department),
            owner=_siret(application),
            since=day_of(created),
            until=ended,
            values={
                "company_id": await self._company(store, application, as_of),
                "state": application.statut,
                "sender": application.orientation_emetteur_type,
                "created_at": created,
                "updated_at": changed,
                "starts_on": application.contrat_date_debut,
                "ends_on": application.contrat_date_fin,
            },
        )
        person_id = await self.items.put(store, item)
        await self._pass(store, application, as_of, person_id)
        return store.outcome

    def _person(self, application: Application, as_of: datetime, department: str | None) -> PersonRecord:
        names = application.candidat_nom, application.candidat_prenom
        born = application.candidat_date_naissance
        who = (application.candidat_nir,) if application.candidat_nir else (*names, str(born))
        return PersonRecord(
            source=NAME,
            source_id=f"candidat:{self.people.opaque_key(NAME, *who)}",
            as_of=as_of,
            last_name=names[0],
            first_name=names[1],
            birth_date=born,
            nir=application.candidat_nir or None,
            department=department,
            by_identity=True,
            reached_at=ways_of_contact(application.candidat_email, application.candidat_telephone),
            pass_iae=application.candidat_pass_iae_numero,
            withheld=frozenset() if application.candidat_pass_iae_numero else frozenset({"pass_iae"}),
        )

    async def _company(self, store: Store, application: Application, as_of: datetime) -> str:
        key = f"{application.entreprise_siret}-{application.entreprise_type}"
        company = await store.row(employer_tables.company, source=NAME, source_id=key)
        if company is None or (company["open_to_applications"] is None and company["as_of"] <= as_of):
            values = {
                "id": f"{NAME}--{key}",
                "name": application.entreprise_nom,
                "kind": application.entreprise_type,
                "siret": _siret(application),
                "city": _city(application.entreprise_adresse),
                "sensitivity": strictest([application.entreprise_type], application.entreprise_nom),
                "as_of": as_of,
            }
            await store.put(employer_tables.company, {"source": NAME, "source_id": key}, values)
        return f"{NAME}--{key}"

    async def _pass(self, store: Store, application: Application, as_of: datetime, person_id: UUID) -> None:
        number, status = application.candidat_pass_iae_numero, application.candidat_pass_iae_statut
        if number is None or status is None:
            return
        current = await store.row(tables.pass_iae, source=NAME, source_id=number)
        if current is not None and current["as_of"] > as_of:
            return
        values = {
            "person_id": person_id,
            "number": number,
            "status": status,
            "starts_on": application.candidat_pass_iae_date_debut,
            "ends_on": application.candidat_pass_iae_date_fin,
            "as_of": as_of,
        }
        await store.put(tables.pass_iae, {"source": NAME, "source_id": number}, values, new={"id": store.new_key()})


def _siret(application: Application) -> str | None:
    return application.entreprise_siret if len(application.entreprise_siret) == 14 else None


def _city(address: str | None) -> str | None:
    """The commune that an address on one line ends with, after its postal code."""
    city = re.search(r"\b\d{5} ([^,]+)$", address or "")
    return city[1].strip() if city else None
