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
from typing import Annotated, Any, Literal

import msgspec
from data_inclusion.schema import v1  # type: ignore[import-untyped]
from pydantic import Field, ValidationError

from subgraphs.kit.communes import CODE
from subgraphs.kit.distance import Position
from subgraphs.kit.ingest.catalogue import revise
from subgraphs.kit.ingest.excerpts import Items
from subgraphs.kit.ingest.ingestion_report import Numbered, Outcome, Refused, Report
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

CATEGORIES = frozenset(category.value for category in v1.Categorie)
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
    ("total", "page", "size", "pages"): Unkept.TECHNICAL,
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
        held = ListsOfFiles()
        report = await read_files(self.name, paths, session, partial(_records, held), _write)
        if options.whole:
            for removal in await removals(held, report, session, options):
                await session.take(report, report.begin(), partial(_write, removal))
            await session.settle(report)
        return report


def _records(held: ListsOfFiles, path: Path) -> Iterator[Numbered[Any] | Refused]:
    held.open()
    for record in records(path, "items", is_list=True, beside=held.close):
        held.add(record)
        yield record if isinstance(record, Refused) else Numbered(None, record, UNREAD.of_json(record))


async def _write(record: Any, store: Store) -> Outcome:
    if isinstance(record, dict) and "vanished" in record:
        return await _remove(convert(record, Vanished), store)
    if isinstance(record, dict) and "structure_id" in record:
        service = _valid(Service, record, store)
        values = _service(service, record.get("thematiques"), store)
        return await revise(store, tables.service, service.id, values, _instant(service.date_maj))
    structure = _valid(Structure, record, store)
    values = _structure(structure, store)
    return await revise(store, tables.structure, structure.id, values, _instant(structure.date_maj))


class Vanished(msgspec.Struct):
    """A structure or a service that two whole listings of the API no longer hold."""

    vanished: Literal["structures", "services"]
    id: str


async def _remove(gone: Vanished, store: Store) -> Outcome:
    table = tables.structure if gone.vanished == "structures" else tables.service
    removed = await store.delete(table, id=gone.id, source=NAME)
    return Outcome.REMOVED if removed else Outcome.UNCHANGED


class Service(v1.Service):  # type: ignore[misc]
    """A service as the producers' schema has it, its name and its description being of any length."""

    nom: Annotated[str, Field(min_length=1)]
    description: str | None = None


class Structure(v1.Structure):  # type: ignore[misc]
    """A structure as the producers' schema has it, its name and its description being of any length."""

    nom: Annotated[str, Field(min_length=1)]
    description: str | None = None


def _valid(model: Any, record: Any, store: Store) -> Any:
    """The record as the producers' schema reads it, without the values that it can do without and that are none.

    A list loses its bad elements, whose ranks are those that they had. `id` must be that of its own producer.
    """
    if not isinstance(record, dict):
        raise Refused("SCHEMA_INVALID")
    kept = {name: value for name, value in record.items() if value != ""}
    bad: dict[str, set[int]] = {}
    while True:
        try:
            valid = model.model_validate(kept)
            break
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
        for problem in problems:
            name, rank = str(problem["loc"][0]), (*problem["loc"][1:2], None)[0]
            if model.model_fields[name].is_required():
                raise Refused("SCHEMA_INVALID", name, detail=problem["type"])
            if isinstance(rank, int) and isinstance(kept.get(name), list):
                if rank not in bad.setdefault(name, set()):
                    store.set_aside(_code(problem), f"{name}[{rank}]")
                bad[name].add(rank)
            else:
                kept.pop(name, None)
                store.set_aside(_code(problem), name)
        for name, ranks in bad.items():
            if name in kept:
                kept[name] = [value for rank, value in enumerate(record[name]) if rank not in ranks] or None
    if not valid.id.removeprefix(f"{valid.source}--") or not valid.id.startswith(f"{valid.source}--"):
        raise Refused("SCHEMA_INVALID", "id", detail="not source--local id")
    return valid


def _code(problem: Any) -> str:
    """The code of what the schema says."""
    if problem["loc"][0] == "courriel":
        return "EMAIL_INVALID"
    return "VALUE_UNKNOWN" if problem["type"] in ("enum", "literal_error") else "VALUE_INVALID"


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


def _service(record: Any, told: Any, store: Store) -> dict[str, Any]:
    """The columns of a service; a thematic that isn't known still tells its category, which decides who may know of a
    referral to the service. `told` are the thematics of the record."""
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
        "categories": sorted({str(thematic).partition("--")[0] for thematic in told or ()} & CATEGORIES),
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
