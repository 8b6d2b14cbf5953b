"""Structures and services of data.inclusion: pages of its API v1, or its files, as JSON.

A file is a page (`{"items": [...]}`) or an array of records; a record with `structure_id` is a service, another one a
structure. Each is validated by the producers' own schema (PyPI `data-inclusion-schema`, version 1). Contact names,
e-mails and telephone numbers are left where they are: they are data on professionals (domain model §7c).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from data_inclusion.schema import v1  # type: ignore[import-untyped]
from pydantic import ValidationError

from subgraphs.kit.ingest import Options, Session
from subgraphs.kit.ingest_catalogue import revise
from subgraphs.kit.ingest_json import loads
from subgraphs.kit.ingest_report import Outcome, Refused, Report
from subgraphs.kit.ingest_store import Store
from subgraphs.offers import tables
from subgraphs.offers.communes import CODE, Commune, load
from subgraphs.offers.sensitivity import is_sensitive

NAME = "data-inclusion"


class DataInclusion:
    """The source `data-inclusion`: one record, structure or service, is one group."""

    name = NAME
    role = "offers_ingest"

    async def ingest(self, paths: Sequence[Path], options: Options, session: Session) -> Report:
        """Read the files in the order given; a record that comes twice counts by its date."""
        report = Report(self.name)
        for path in paths:
            try:
                report.open(path)
                records = _records(path)
            except Refused as refused:
                report.refuse_file(refused)
                continue
            for record in records:
                report.begin()
                await session.unit(report, _writer(record))
        return report


def _records(path: Path) -> list[Any]:
    content = loads(path.read_bytes())
    records = content.get("items") if isinstance(content, dict) else content
    if not isinstance(records, list):
        raise Refused("FORMAT_UNKNOWN", detail="neither a page nor an array")
    return records


def _writer(record: Any) -> Callable[[Store], Awaitable[Outcome]]:
    async def write(store: Store) -> Outcome:
        if isinstance(record, dict) and "structure_id" in record:
            service = _valid(v1.Service, record)
            return await revise(store, tables.service, service.id, _service(service), _instant(service.date_maj))
        structure = _valid(v1.Structure, record)
        return await revise(store, tables.structure, structure.id, _structure(structure), _instant(structure.date_maj))

    return write


def _valid(model: Any, record: Any) -> Any:
    """The record as the producers' schema reads it; `id` must be that of its own producer."""
    try:
        valid = model.model_validate(record)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise Refused("SCHEMA_INVALID", ".".join(str(step) for step in first["loc"]), detail=first["type"]) from None
    if not valid.id.removeprefix(f"{valid.source}--") or not valid.id.startswith(f"{valid.source}--"):
        raise Refused("SCHEMA_INVALID", "id", detail="not source--local id")
    return valid


def _structure(record: Any) -> dict[str, Any]:
    return {
        "producer": record.source,
        "name": record.nom,
        "description": record.description,
        "siret": record.siret,
        "networks": _sorted(record.reseaux_porteurs),
        "sensitive": is_sensitive(_sorted(record.reseaux_porteurs), record.nom),
        "opening_hours": record.horaires_accueil,
        **_address(record),
        **_lineage(record),
    }


def _service(record: Any) -> dict[str, Any]:
    thematics = _sorted(record.thematiques)
    return {
        "structure_id": record.structure_id,
        "producer": record.source,
        "name": record.nom,
        "description": record.description,
        "type": record.type and record.type.value,
        "thematics": thematics,
        "categories": sorted({thematic.partition("--")[0] for thematic in thematics}),
        "publics": _sorted(record.publics),
        "fees": record.frais and record.frais.value,
        "access_modes": _sorted(record.modes_accueil),
        "eligibility_zone": sorted(record.zone_eligibilite or ()),
        "open_to_people": None if record.mobilisable_par is None else "usagers" in _sorted(record.mobilisable_par),
        **_address(record),
        **_found_at(record),
        **_lineage(record),
    }


def _lineage(record: Any) -> dict[str, Any]:
    return {"source": NAME, "source_id": record.id}


def _address(record: Any) -> dict[str, Any]:
    latitude, longitude = _position(record)
    return {
        "street": record.adresse,
        "postal_code": record.code_postal,
        "city": record.commune,
        "city_code": _city_code(record.code_insee),
        "latitude": latitude,
        "longitude": longitude,
    }


def _position(record: Any) -> tuple[float | None, float | None]:
    """Position in degrees; unknown if absent, or if 0.0 stands for unknown and the commune is given."""
    latitude, longitude = record.latitude, record.longitude
    zero = latitude == 0 and longitude == 0
    if (latitude is None and longitude is None) or (zero and record.code_insee):
        return None, None
    if zero or None in (latitude, longitude) or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise Refused("COORDINATES_INVALID", "latitude")
    return latitude, longitude


def _found_at(record: Any) -> dict[str, float | None]:
    """Where a service is found: its own position, else the centroid of its commune."""
    latitude, longitude = _position(record)
    if latitude is None:
        known = _communes().get(record.code_insee or "")
        latitude, longitude = (known.latitude, known.longitude) if known else (None, None)
    return {"at_latitude": latitude, "at_longitude": longitude}


@cache
def _communes() -> dict[str, Commune]:
    return load()


def _city_code(code: str | None) -> str | None:
    if code is not None and not CODE.fullmatch(code):
        raise Refused("SCHEMA_INVALID", "code_insee")
    return code


def _sorted(values: Any) -> list[str]:
    """Values of a set of the schema, in the order of their bytes, so that equal sets make equal rows."""
    return sorted(value.value for value in values or ())


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
