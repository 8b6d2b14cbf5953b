"""The rows and links of a person as it is served, written from what its records say together (`consolidate`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from schema.facts import Fact
from subgraphs.kit import access
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import couples, tables
from subgraphs.people.consolidate import Consolidated
from subgraphs.people.match_keys import match_key
from subgraphs.people.merged_people import MergedPerson

CONSOLIDATED = (
    tables.contact,
    tables.household,
    tables.rsa,
    tables.allocations,
    tables.resources,
    tables.education,
    tables.registration,
    tables.disability,
    tables.sector_identifier,
)
_NOBODY: Row = {
    column.name: None for column in tables.person.columns if column.name not in ("id", "source", "source_id", "as_of")
}

_UNKNOWN: Row = {
    "department": None, "brsa": False, "referent_organisation": None, "last_contact": None, "restrictions": 0,
    "erasure_on": None,
}  # fmt: skip
"""What decides on the rows of a person whose rows are another's; its own restrictions stay."""


async def prefetch(store: Store, person: MergedPerson) -> None:
    """Fetch together the rows of a person that is about to be consolidated."""
    await store.prefetch(
        *((table, {"person_id": person.survivor}) for table in CONSOLIDATED),
        *((table, {"person_id": member}) for table in (tables.identity, access.person) for member in person.members),
        (tables.person, {"id": person.survivor}),
        (access.link, {"origin": access.HUB, "origin_id": str(person.survivor)}),
    )


async def put(store: Store, person: MergedPerson, whole: Consolidated, key: bytes) -> None:
    """Write the consolidated rows of a person and the links that the hub writes; `key` is that of NIR hashes."""
    person_id = person.survivor
    await store.put(tables.person, {"id": person_id}, whole.person)
    home = whole.household and await couples.keep_partner(store, person_id, whole.household)
    for table, row in (
        (tables.contact, whole.contact),
        (tables.household, home),
        (tables.rsa, whole.rsa),
        (tables.allocations, whole.allocations),
        (tables.resources, whole.resources),
        (tables.education, whole.education),
        (tables.registration, whole.registration),
        (tables.disability, whole.disability),
    ):
        if row is None:
            await store.delete(table, person_id=person_id)
        else:
            await store.put(table, {"person_id": person_id}, row)
    await _put_identifiers(store, person_id, whole.identifiers)
    await store.put(access.person, {"person_id": person_id}, whole.access)
    await put_restrictions(store, person)
    links = [Link(member, Fact.SELF, str(member), whole.known_since) for member in person.members]
    if whole.home is not None:
        links.append(Link(person_id, Fact.TERRITORY, *whole.home))
    links += [Link(person_id, Fact.DEPARTMENT_BRSA, *paying) for paying in whole.paying.items()]
    keys = [(match_key(*identified, key), day) for identified, day in whole.identified.items()]
    links += [Link(person_id, Fact.NATIONWIDE, *found_by) for found_by in keys]
    await store.link(access.HUB, str(person_id), links)


async def _put_identifiers(store: Store, person_id: UUID, identifiers: Mapping[tuple[str, str], Row]) -> None:
    """Leave these identifiers of a person; those that stay as they are, of which there may be many, are not touched."""
    rows = await store.all(tables.sector_identifier, person_id=person_id)
    stored = {(row["kind"], row["value"]): row for row in rows}
    for kind, value in stored.keys() - identifiers.keys():
        await store.delete(tables.sector_identifier, person_id=person_id, kind=kind, value=value)
    for (kind, value), row in identifiers.items():
        if not row.items() <= stored.get((kind, value), {}).items():
            await store.put(tables.sector_identifier, {"person_id": person_id, "kind": kind, "value": value}, row)


async def put_restrictions(store: Store, person: MergedPerson) -> None:
    """Make the strictest of what the register of rights says of the people of a person act on it."""
    rows = [await store.row(access.person, person_id=member) for member in person.members]
    restrictions, days = 0, []
    for row in rows:
        if row is not None:
            restrictions |= row["own_restrictions"]
            days += [row["own_erasure_on"]] if row["own_erasure_on"] is not None else []
    values = {"restrictions": restrictions, "erasure_on": min(days, default=None)}
    await store.put(access.person, {"person_id": person.survivor}, values)


async def empty(store: Store, person_id: UUID) -> None:
    """Leave nothing of what was consolidated under the id of a person, but its bare key, to which its records refer."""
    row = await store.row(tables.person, id=person_id)
    if row is None:
        return
    lineage = {"source": access.HUB, "source_id": str(person_id), "as_of": datetime.fromtimestamp(0, UTC)}
    await store.put(tables.person, {"id": person_id}, {**_NOBODY, **lineage})
    await store.put(access.person, {"person_id": person_id}, _UNKNOWN)
    for home in await store.all(tables.household, partner_id=person_id):
        await store.put(tables.household, {"person_id": home["person_id"]}, {"partner_id": None})
    for table in CONSOLIDATED:
        await store.delete(table, person_id=person_id)


async def forget(store: Store, person: MergedPerson) -> None:
    """Delete a person of whom no record is left, and whatever refers to it."""
    for member in person.members:
        await store.delete(tables.person, id=member)
        await store.delete(access.link, person_id=member)
        await store.delete(access.person, person_id=member)
        await store.delete(access.person_reference, person_id=member)
        await store.delete(access.merged, person_id=member)
