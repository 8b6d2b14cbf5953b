"""Structures and services of data.inclusion: pages of its API v1, or its files, as JSON.

A file is a page (`{"items": [...]}`) or an array of records; a record with `structure_id` is a service, another one a
structure. Each is validated by the producers' own schema (PyPI `data-inclusion-schema`, version 1). How a structure is
reached is taken; names, e-mails and telephone numbers of the contacts of services are left where they are: they are
data on professionals, who may object each month (docs/domain.md#data-inclusion). Of files that are said to be whole,
what they no longer have goes (`data_inclusion_whole`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any, Literal

from schema.confidential import Confidential
from subgraphs.kit.communes import CODE
from subgraphs.kit.distance import Position
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.excerpts import Items
from subgraphs.kit.ingest.ingestion_report import Announced, Numbered, Outcome, Refused, Report
from subgraphs.kit.ingest.json_records import convert
from subgraphs.kit.ingest.json_stream import records
from subgraphs.kit.ingest.positions import found_at, position
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.source_fields import Fields, Unkept, Used
from subgraphs.kit.ingest.unit_of_work import Options, Session, Source, read_files
from subgraphs.kit.ingest.unread_fields import UnreadFields
from subgraphs.kit.sensitive_organisations import strictest
from subgraphs.offers import tables
from subgraphs.offers.ranking import REMOTE
from subgraphs.offers.sources.data_inclusion_whole import NAME, ListsOfFiles, removals

PLACE = "latitude"
"""Where a record says its position."""

RECORD: Fields = {
    "source": "Structure.producer Service.producer",
    "id": ("Structure.id Service.id", Used.RECORD),
    "date_maj": Used.AS_OF,
    "vanished": Used.SELECTION,
    "structure_id": "Service.structure",
    "nom": ("Structure.name Service.name", Used.REVEALS),
    "description": "Structure.description Service.description",
    "adresse": "Structure.street Service.street",
    "code_postal": "Structure.postalCode Service.postalCode",
    "commune": "Structure.city Service.city",
    "code_insee": "Structure.cityCode Service.cityCode",
    "latitude": "Structure.latitude Service.latitude",
    "longitude": "Structure.longitude Service.longitude",
    "complement_adresse": Unkept.NO_PURPOSE,
    "siret": "Structure.siret",
    "reseaux_porteurs": ("Structure.networks", Used.REVEALS),
    "horaires_accueil": "Structure.openingHours",
    "telephone": "Structure.phone",
    "courriel": "Structure.email",
    "site_web": "Structure.website",
    "contact_nom_prenom": Unkept.PROFESSIONAL,
    "type": "Service.type",
    "thematiques": "Service.thematics Referral.theme",
    "publics": "Service.publics",
    "frais": "Service.fees",
    "modes_accueil": "Service.accessModes",
    "modes_mobilisation": "Service.mobilisationModes",
    "mobilisable_par": "Service.openToPeople",
    "conditions_acces": "Service.conditions",
    "zone_eligibilite": "Service.eligibilityZone",
    ("frais_precisions", "publics_precisions", "mobilisation_precisions"): Unkept.NOT_SERVED_YET,
    ("nombre_semaines", "volume_horaire_hebdomadaire", "lien_mobilisation"): Unkept.NOT_SERVED_YET,
    ("accessibilite_lieu", "lien_source"): Unkept.NOT_SERVED_YET,
    ("score_qualite", "extra*", "_*"): Unkept.TECHNICAL,
}
"""Of a service, `telephone`, `courriel` and `horaires_accueil` are not read: they reach a professional."""
FIELDS: Fields = {
    ("", "items."): RECORD,
    ("total", "page", "size", "pages"): Used.CHECK,
}

UNREAD = UnreadFields(FIELDS)


class DataInclusion(Source):
    """The source `data-inclusion`: one record, structure or service, is one group."""

    name = NAME
    reads = "structures et services de data.inclusion, JSON"
    fields = FIELDS
    role = "offers_ingest"
    pieces = Items("items")
    removes = True

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given; a record that comes twice counts by its date."""
        lists = ListsOfFiles()
        report = await read_files(self.name, paths, session, partial(_records, lists), _write)
        if options.whole:
            for removal in await removals(lists, report, session, options):
                await session.take(report, report.begin(), partial(_write, removal))
            await session.settle(report)
        return report


def _records(lists: ListsOfFiles, path: Path) -> Iterator[Numbered[Any] | Refused | Announced]:
    lists.open()
    for record in UNREAD.of_list(records(path, "items", is_list=True, beside=lists.close)):
        if not isinstance(record, Announced):
            lists.add(record.record if isinstance(record, Numbered) else record)
        yield record


async def _write(record: Any, store: Store) -> Outcome:
    from subgraphs.offers.sources import data_inclusion_schema as schema  # heavy: loaded with the first record

    if isinstance(record, dict) and "vanished" in record:
        return await _remove(convert(record, Vanished), store)
    if isinstance(record, dict) and "structure_id" in record:
        service = schema.valid(schema.Service, record, store)
        values = _service(service, schema.categories(record.get("thematiques")), store)
        return await revise(store, tables.service, service.id, values, _instant(service.date_maj))
    structure = schema.valid(schema.Structure, record, store)
    values = _structure(structure, store)
    return await revise(store, tables.structure, structure.id, values, _instant(structure.date_maj))


class Vanished(Confidential, frozen=True):
    """A structure or a service that two whole listings of the API no longer hold."""

    vanished: Literal["structures", "services"]
    id: str


async def _remove(gone: Vanished, store: Store) -> Outcome:
    table = tables.structure if gone.vanished == "structures" else tables.service
    removed = await store.delete(table, id=gone.id, source=NAME)
    return Outcome.REMOVED if removed else Outcome.UNCHANGED


def _structure(record: Any, store: Store) -> dict[str, Any]:
    return {
        "producer": record.source,
        "name": record.nom,
        "description": record.description,
        "siret": record.siret,
        "networks": _sorted(record.reseaux_porteurs),
        "sensitivity": strictest(_sorted(record.reseaux_porteurs), record.nom),
        "opening_hours": record.horaires_accueil,
        "phone": record.telephone,
        "email": record.courriel,
        "website": record.site_web and str(record.site_web),
        **_address(record, position(store, record.latitude, record.longitude, PLACE), store),
        **_lineage(record),
    }


def _service(record: Any, categories: Sequence[str], store: Store) -> dict[str, Any]:
    """The columns of a service, which is of these categories."""
    thematics, modes = _sorted(record.thematiques), _sorted(record.modes_accueil)
    place = None  # none is expected of a service that is at a distance only
    if modes != [REMOTE] or record.latitude is not None or record.longitude is not None:
        place = position(store, record.latitude, record.longitude, PLACE)
    return {
        "structure_id": record.structure_id,
        "producer": record.source,
        "name": record.nom,
        "description": record.description,
        "type": record.type and record.type.value,
        "thematics": thematics,
        "categories": categories,
        "publics": _sorted(record.publics),
        "fees": record.frais and record.frais.value,
        "access_modes": modes,
        "mobilisation_modes": _sorted(record.modes_mobilisation),
        "conditions": record.conditions_acces,
        "eligibility_zone": sorted(record.zone_eligibilite or ()),
        "open_to_people": None if record.mobilisable_par is None else "usagers" in _sorted(record.mobilisable_par),
        **_address(record, place, store),
        **_lineage(record),
    }


def _lineage(record: Any) -> dict[str, Any]:
    return {"source": NAME, "source_id": record.id}


def _address(record: Any, place: Position | None, store: Store) -> dict[str, Any]:
    latitude, longitude = place or (None, None)
    city_code = _city_code(record.code_insee, store)
    return {
        "street": record.adresse,
        "postal_code": record.code_postal,
        "city": record.commune,
        "city_code": city_code,
        "latitude": latitude,
        "longitude": longitude,
        **found_at(place, city_code),
    }


def _city_code(code: str | None, store: Store) -> str | None:
    if code is not None and not CODE.fullmatch(code):
        store.set_aside("VALUE_INVALID", "code_insee")
        return None
    return code


def _sorted(values: Any) -> list[str]:
    """Values of a set of the schema, in the order of their bytes, so that equal sets make equal rows."""
    return sorted(value.value for value in values or ())


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
