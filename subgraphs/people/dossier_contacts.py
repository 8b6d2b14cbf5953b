"""Ways of contact of a dossier are those of its adults, for as long as they are in it.

Only the flux of the CNAF, which names the organisme, says who is in a dossier: a matricule that another tool keeps
does not prove that the dossier is still the person's. Source of the rule: docs/domain.md#cnaf and
docs/domain.md#holes (13: the contact of a dossier is never shown as a person's own).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from subgraphs.kit.ingest.ingestion_report import Refused
from subgraphs.kit.ingest.person_registry import DossierContact
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import tables
from subgraphs.people.matching import other_first_name
from subgraphs.people.names import name_key


async def put(store: Store, contact: DossierContact, nir_hash: bytes | None) -> frozenset[UUID]:
    """Write the ways of contact of a dossier and return its adults; if newer ones are known, write and return nothing.

    Raises Refused: MATCH_NONE, MATCH_SEVERAL or MATCH_CONFLICT as `_dossier` tells it, CONTACT_AMBIGUOUS where the same
    day has said others.
    """
    organisme, adults = await _dossier(store, contact, nir_hash)
    key = {"organisme": organisme, "matricule": contact.matricule}
    source_id = f"{organisme}:{contact.matricule}"
    current = await store.row(tables.dossier_contact, **key)
    if not await store.admit(tables.source_record, contact.source, source_id, contact.as_of):
        return frozenset()
    values = {"email": contact.email, "phones": list(contact.phones)}
    if (
        current is not None
        and current["as_of"] == contact.as_of
        and any(current[name] != values[name] for name in values)
    ):
        raise Refused("CONTACT_AMBIGUOUS")
    lineage = {"source": contact.source, "source_id": source_id, "as_of": contact.as_of}
    await store.put(tables.dossier_contact, key, {**values, **lineage})
    return frozenset(row["person_id"] for row in adults)


async def of(store: Store, rows: Sequence[Row]) -> list[Row]:
    """Return the ways of contact of the dossiers that these rows of `people.identity` belong to."""
    dossiers = {(row["organisme"], row["matricule"]) for row in rows}
    keys = [{"organisme": organisme, "matricule": matricule} for organisme, matricule in dossiers]
    await store.prefetch(*((tables.dossier_contact, key) for key in keys))
    contacts = [await store.row(tables.dossier_contact, **key) for key in keys]
    return [row for row in contacts if row is not None]


async def forget_deserted(store: Store, organisme: str, matricule: str) -> None:
    """Forget the ways of contact of a dossier that nobody is in any more."""
    if not await store.all(tables.identity, organisme=organisme, matricule=matricule):
        await store.delete(tables.dossier_contact, organisme=organisme, matricule=matricule)


async def _dossier(store: Store, contact: DossierContact, nir_hash: bytes | None) -> tuple[str, list[Row]]:
    """Return organisme and adults of the one known dossier with this matricule and an adult of this NIR, else names.

    Raises Refused: MATCH_NONE if no dossier has the matricule, MATCH_CONFLICT if none agrees, MATCH_SEVERAL if many do.
    """
    dossiers = defaultdict(list)
    for row in await store.all(tables.identity, matricule=contact.matricule):
        if row["organisme"] is not None and contact.department in (None, row["department"]):
            dossiers[row["organisme"]].append(row)
    if not dossiers:
        raise Refused("MATCH_NONE")
    agreeing = [dossier for dossier in dossiers.items() if _has_nir(dossier[1], nir_hash)] or [
        dossier for dossier in dossiers.items() if _has_names(dossier[1], contact, nir_hash)
    ]
    if len(agreeing) != 1:
        raise Refused("MATCH_SEVERAL" if agreeing else "MATCH_CONFLICT")
    return agreeing[0]


def _has_nir(adults: Sequence[Row], nir_hash: bytes | None) -> bool:
    return nir_hash is not None and any(row["nir_hash"] == nir_hash for row in adults)


def _has_names(adults: Sequence[Row], contact: DossierContact, nir_hash: bytes | None) -> bool:
    """Whether one of the adults has these names and no other NIR."""
    unproven = [row for row in adults if nir_hash is None or row["nir_hash"] is None]
    return any(_is_named(row, contact) for row in unproven)


def _is_named(row: Row, contact: DossierContact) -> bool:
    names = name_key(contact.last_name), name_key(contact.first_name)
    last_names = (name_key(row["last_name"]), name_key(row["birth_name"]))
    first_name = {"first_name": contact.first_name}
    return None not in names and names[0] in last_names and not other_first_name(first_name, row)
