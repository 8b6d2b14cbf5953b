"""The row of `people.identity` that a record makes: its values, with a hash in the place of each NIR."""

from __future__ import annotations

from dataclasses import asdict

from schema.nir import covered, normalise
from subgraphs.kit.ingest.person_registry import PersonRecord
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import tables
from subgraphs.people.birth_places import birth_place_hash
from subgraphs.people.nir import COVERED_COLUMNS, NIR_COLUMNS, hashed, last_digits

_PLAIN = tuple(
    column.name
    for column in tables.identity.columns
    if column.name in PersonRecord.__dataclass_fields__ and column.name not in ("source", "source_id", "as_of")
)


def identity_row(store: Store, record: PersonRecord, own: Row | None, key: bytes) -> Row:
    """Return the row of a record, without its person; `own` is the row it had before, `key` that of the hashes."""
    nir = None if record.nir is None else stated_nir(record.nir, store)
    withheld = record.withheld if (nir is None) == (record.nir is None) else record.withheld | NIR_COLUMNS
    values = {name: getattr(record, name) for name in _PLAIN}
    for name in COVERED_COLUMNS:
        values[name] = None if values[name] is None else covered(values[name], key)
    values["matricule"] = record.matricule and covered(record.matricule, key, record.organisme)
    values["phones"] = list(record.phones)
    values["nir_hash"] = None if nir is None else hashed(nir, key)
    values["nir_last_digits"] = None if nir is None else last_digits(nir)
    values["birth_place_hash"] = birth_place_hash(record, nir, key)
    rsa = asdict(record.rsa) if record.rsa else {}
    for name in ("status", "requested_on", "rights_and_duties", "suspended_on", "department", "suspension_reason"):
        values[f"rsa_{name}"] = rsa.get(name)
    values["referent_organisation"] = record.referent_organisation and record.referent_organisation.siret
    values["structure_id"] = record.referent_organisation and record.referent_organisation.structure
    values["family_situation"] = record.household.family_situation if record.household else None
    values["dependent_children"] = record.household.dependent_children if record.household else None
    if own is not None:
        values |= {name: own[name] for name in withheld}
        if values["birth_place_hash"] is None and "nir_hash" in withheld:
            values["birth_place_hash"] = own["birth_place_hash"]
    return {"source": record.source, "source_id": record.source_id, "as_of": record.as_of, **values}


def stated_nir(text: str, store: Store) -> str | None:
    """Return the normalised NIR; one that is none is set aside."""
    nir = normalise(text)
    if nir is None:
        store.set_aside("NIR_INVALID", "nir")
    return nir
