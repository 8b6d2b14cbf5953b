"""Source `cnaf-flux`: the CNAF's file of RSA beneficiaries (`vrsb0801`), monthly or daily; a foyer is a record group.

`asOf` is DTREF, the day that the file describes: a monthly file sent after a daily one does not undo it. A foyer says
all of its adults: one who has left is removed from it. Absence of a whole foyer removes nothing, in a monthly or daily
file: a right that ends is sent (ETATDOSRSA 5 or 6). Children are counted, never registered. Of resources, activities
and motives of suspension, which disclose income, health and residence permits, only what `cnaf_situation` makes of them
is kept; pregnancies and the end of rights are never read (docs/domain.md#cnaf).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cached_property
from pathlib import Path
from uuid import UUID

from schema.days import day_of
from subgraphs.kit.ingest.excerpts import Elements
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.person_registry import Household, People, PersonRecord, Rsa
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.kit.ingest.text_forms import unpadded
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files, write_group
from subgraphs.people import tables
from subgraphs.people.matching import is_same_adult
from subgraphs.people.sources import cnaf_situation
from subgraphs.people.sources.cnaf_fields import FIELDS
from subgraphs.people.sources.cnaf_schema import Element, day, text
from subgraphs.people.sources.cnaf_stream import TOTAL, Header, RawFoyer, foyers

NAME = "cnaf-flux"
ROLES = {"DEM": "DEMANDEUR", "CJT": "CONJOINT"}
CHILD = "ENF"
CIVILITIES = {"MME": "MADAME", "MLE": "MADAME", "MR": "MONSIEUR", "M": "MONSIEUR", "2": "MADAME", "1": "MONSIEUR"}
MAIN_ADDRESS = "01"


class CnafFlux(Source):
    """Reads files of the flux into `people`."""

    name = NAME
    reads = "flux bénéficiaires de la CNAF, XML en windows-1252"
    role = "people_ingest"
    pieces = Elements("InfosFoyerRSA", TOTAL)
    fields = FIELDS

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given; of a broken file, all foyers before the break are taken."""
        return await read_files(NAME, paths, session, self._foyers, write_group)

    def _foyers(self, path: Path) -> Iterator[Numbered[_Foyer] | Announced]:
        as_of: datetime | None = None
        with path.open("rb") as stream:
            for item in foyers(stream):
                if isinstance(item, Header):
                    as_of = datetime.combine(item.reference, time(), UTC)
                elif isinstance(item, Announced):
                    yield item
                else:
                    assert as_of is not None
                    yield Numbered(item.line, _Foyer(self.people, item, as_of), item.unread)


class _Foyer:
    """One foyer of one file; `size` is in bytes."""

    def __init__(self, people: People, raw: RawFoyer, as_of: datetime) -> None:
        self._people = people
        self._raw = raw
        self._as_of = as_of
        self.size = len(raw.content)

    async def write(self, store: Store) -> Outcome:
        organism, number = self._raw.organisme, unpadded(self._raw.matricule)
        matricule = self._people.covered(number, organism)
        foyer = f"{organism}:{matricule}"
        digest = self._people.digest(NAME, str(self._as_of), self._raw.encoding, self._raw.content)
        if await store.is_taken(tables.source_record, NAME, foyer, digest):
            return Outcome.UNCHANGED
        element, asides = self._reduced
        if not await store.admit(tables.source_record, NAME, foyer, self._as_of):
            return Outcome.OLDER
        for aside in asides:
            store.set_aside(aside.code, aside.path)
        records = [
            replace(record, organisme=organism, matricule=matricule, source_id=f"{foyer}:{record.source_id}")
            for record in self._records(element, f"{organism}:{number}")
        ]
        rows = await store.all(tables.identity, source=NAME, organisme=organism, matricule=matricule)
        await self._keep(store, rows, records)
        person_ids: set[UUID] = set()
        for record in records:
            person_id = await self._people.put(store, record)
            if person_id in person_ids:
                raise Refused("MATCH_CONFLICT", "Personne")
            person_ids.add(person_id)
        await self._people.link_partners(store, NAME, organism, matricule)
        await store.set_digest(tables.source_record, NAME, foyer, digest)
        return store.outcome

    async def _keep(self, store: Store, rows: Sequence[Row], records: Sequence[PersonRecord]) -> None:
        """Keep the rows of the adults who are still in the foyer, under their new keys, and remove the others."""
        written = {row["source_id"] for row in rows}
        new = [record for record in records if record.source_id not in written]
        for row in rows:
            if any(row["source_id"] == record.source_id for record in records):
                continue
            same = next((record for record in new if _same_adult(row, record)), None)
            if same is None:
                await self._people.remove(store, NAME, row["source_id"])
            else:
                new.remove(same)
                await self._people.rename(store, NAME, row["source_id"], same.source_id)

    @cached_property
    def _reduced(self) -> tuple[Element, list[Refused]]:
        return self._raw.reduced()

    def _records(self, element: Element, foyer: str) -> list[PersonRecord]:
        """The adults of the foyer, with what the foyer says of all of them."""
        situation = element.find("PrestationRSA/SituationDossierRSA")
        assert situation is not None
        address = _main_address(element)
        partner = _department(text(element, "IdentificationRSA/Partenaire/IDEPARTE") or "")
        people = [(_rsa_role(person), person) for person in element.iterfind("Personne")]
        home = Household(
            text(element, "DonneesAdministratives/SituationFamille/SITFAM"),
            sum(role == CHILD for role, _ in people),
        )
        suspended_on, reason = cnaf_situation.suspension(situation) or (None, None)
        income = cnaf_situation.income(person for _, person in people)
        records = []
        for number, (role, person) in enumerate(people, 1):
            if role not in ROLES:
                continue
            try:
                record = self._record(foyer, person, ROLES[role])
            except Refused as refused:
                raise Refused(refused.code, f"Personne[{number}]/{refused.path}") from None
            records.append(
                replace(
                    record,
                    department=partner,
                    request_number=text(element, "IdentificationRSA/DemandeRSA/NUMDEMRSA"),
                    street=None if address is None else _street(address),
                    postal_code=None if address is None else text(address, "CODEPOS"),
                    city=None if address is None else text(address, "NOMCOM"),
                    city_code=None if address is None else text(address, "NUMCOM"),
                    household=home,
                    income_month=income.month if income else None,
                    income_band=income.band if income else None,
                    earned_income=cnaf_situation.earns(person, income.month) if income else None,
                    rsa=Rsa(
                        status=tables.RSA_STATUSES[int(text(situation, "EtatDossierRSA/ETATDOSRSA") or "0")],
                        requested_on=day(element, "IdentificationRSA/DemandeRSA/DTDEMRSA"),
                        rights_and_duties=_flag(person, "MontantCalculDroitRSAPersonne/TOPPERSDRODEVORSA"),
                        suspended_on=suspended_on,
                        department=partner,
                        suspension_reason=reason,
                    ),
                )
            )
        return records

    def _record(self, foyer: str, person: Element, role: str) -> PersonRecord:
        identification = person.find("Identification")
        assert identification is not None
        nir = text(identification, "NIR")
        first_name = text(identification, "PRENOM")
        birth_date = day(identification, "DTNAI")
        sex = CIVILITIES.get(text(identification, "SEXE") or "")
        key = (nir[:13],) if nir else (role, str(birth_date), first_name or "")
        act = cnaf_situation.activity(person, day_of(self._as_of))
        return PersonRecord(
            source=NAME,
            source_id=self._people.opaque_key(foyer, *key),
            as_of=self._as_of,
            civility=CIVILITIES.get(text(identification, "QUAL") or "", sex),
            first_name=first_name,
            last_name=text(identification, "NOM"),
            birth_name=text(identification, "NOMNAI"),
            birth_date=birth_date,
            nir=nir,
            role=role,
            france_travail_id=france_travail_id(text(person, "DossierPoleEmploi/IDASSEDIC")),
            contact_origin="DOSSIER",
            identity_certified=_flag(identification, "TOPVALIEC"),
            work_situation=cnaf_situation.situation(act),
            unemployment_insurance=cnaf_situation.unemployment_insurance(act),
            specific_solidarity=cnaf_situation.specific_solidarity(act),
        )


def _same_adult(row: Row, record: PersonRecord) -> bool:
    """Whether the record is this adult under another key, the NIR having come, gone or changed."""
    if row["role"] != record.role or row["birth_date"] != record.birth_date:
        return False
    if row["nir_hash"] is None or record.nir is None:
        return True
    return is_same_adult({"birth_date": record.birth_date, "first_name": record.first_name}, row)


def france_travail_id(number: str | None) -> str | None:
    """A France Travail number, unless it is a filler of zeros, which several people may bear."""
    return None if number is None or not number.strip("0X") else number


def _department(partner: str) -> str:
    """Département of IDEPARTE, which pads the code to three characters."""
    return partner if partner.startswith("97") else partner[1:]


def _rsa_role(person: Element) -> str | None:
    """ROLEPERS of the RSA; the other prestation (prime d'activité) says nothing of it."""
    for prestation in person.iterfind("Prestations"):
        if text(prestation, "NATPREST") == "RSA":
            return text(prestation, "ROLEPERS")
    return None


def _main_address(foyer: Element) -> Element | None:
    for address in foyer.iterfind("DonneesAdministratives/Adresse"):
        if text(address, "TroncCommunAdresse/RGADR") == MAIN_ADDRESS:
            return address.find("AdresseDetailleeFrance")
    return None


def _flag(element: Element, path: str) -> bool | None:
    flag = text(element, path)
    return None if flag is None else flag in ("1", "true")


def _street(address: Element) -> str | None:
    """Number and street as one line, else the place that is known by its name."""
    parts = (text(address, path) for path in ("NUMVOIE", "LIBTYPEVOIE", "NOMVOIE"))
    return " ".join(part for part in parts if part) or text(address, "LIEUDIST")
