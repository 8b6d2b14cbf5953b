"""The registry of people, through which alone the records of every source become persons.

It matches each record (`matching`), keeps it (`people.identity`), consolidates the person (`consolidate`) and writes
the links: the person itself, the département where it lives and those that pay its RSA, all from the consolidated
person, so that no old record keeps an access alive; the match keys (`match_keys`); the referents (`referents`).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from uuid import UUID

from schema.days import day_of
from schema.facts import Fact
from schema.nir import covered
from subgraphs.kit import access
from subgraphs.kit.columns import UNMERGED
from subgraphs.kit.ingest.batch import begin
from subgraphs.kit.ingest.code_digest import code_digest
from subgraphs.kit.ingest.ingestion_report import Outcome, Refused
from subgraphs.kit.ingest.person_registry import DossierContact, Orientation, PersonRecord, Referent
from subgraphs.kit.ingest.row_map import Connection
from subgraphs.kit.ingest.row_store import Link, Store
from subgraphs.kit.ingest.table_shapes import Row
from subgraphs.people import (
    couples,
    dossier_contacts,
    journey_tables,
    match_candidates,
    person_rows,
    record_candidates,
    referents,
    sender_reach,
    tables,
)
from subgraphs.people.consolidate import Consolidated, consolidate
from subgraphs.people.identity_rows import identity_row, stated_nir
from subgraphs.people.known_person import known_person
from subgraphs.people.matching import AmbiguousMatch, contradicts, is_someone_else
from subgraphs.people.merged_people import MergedPerson, merged_person, records_of
from subgraphs.people.nir import hashed
from subgraphs.people.precedence import ASKED_SOURCES, PRECEDENCE, Precedence
from subgraphs.people.record_candidates import NamesakesOnly

_WHO = ("source", "source_id", "as_of", "person_id", "civility", "first_name", "last_name", "birth_name", "birth_date")
_IDENTITY_COLUMNS = (*_WHO, "nir_hash", "nir_last_digits", "contact_origin", "contact_authorisation")
_BARE: Row = {
    column.name: [] if column.name == "phones" else None
    for column in tables.identity.columns
    if column.name not in (*_IDENTITY_COLUMNS, UNMERGED)
}
"""Empty values of a removed record, of which only the identity is kept."""

_HOLDS_NOBODY = [access.HUB, *ASKED_SOURCES]
"""Origins of links that are no reason to keep a person."""
_FREED = """
SELECT source, source_id FROM people.identity i JOIN people.source_record s USING (source, source_id)
WHERE s.removed AND NOT EXISTS (SELECT FROM access.link l WHERE l.origin <> ALL ($1) AND (
    l.person_id = i.person_id AND l.unmerged_person_id IS NOT DISTINCT FROM i.unmerged_person_id))
ORDER BY 1, 2 LIMIT $2
"""
_FREED_AT_ONCE = 1000


class Registry:
    """`subgraphs.kit.ingest.person_registry.People` over the schema `people`; `key` is the key of NIR hashes."""

    def __init__(self, key: bytes, precedence: Precedence = PRECEDENCE) -> None:
        self._key = key
        self._precedence = precedence

    def opaque_key(self, *parts: str) -> str:
        """A stable opaque key made of identifiers that must not be stored in clear."""
        return hmac.digest(self._key, "\x1f".join(("handle", *parts)).encode(), "sha256").hex()[:24]

    def covered(self, number: str, organisme: str | None = None) -> str:
        """An identifier, or its keyed hash if it is a NIR, holds one, or may be one in that organisme."""
        return covered(number, self._key, organisme)

    def digest(self, *parts: str | bytes) -> bytes:
        """A keyed digest of what a message says, and of the code that reads it: other code may read it otherwise."""
        digest = hmac.new(self._key, code_digest(), "sha256")
        for part in parts:
            content = part.encode() if isinstance(part, str) else part
            digest.update(len(content).to_bytes(8) + content)
        return digest.digest()

    async def put(self, store: Store, record: PersonRecord) -> UUID:
        """Match the record, write it and consolidate the person; return the person's key.

        Raises Refused if it can't be matched, or is of a person of whom its sender may not speak. A record older than
        the one already written changes nothing.
        """
        key = {"source": record.source, "source_id": record.source_id}
        await store.prefetch(
            *((table, key) for table in (tables.identity, tables.source_record, access.person_reference)),
            (access.link, {"origin": record.source, "origin_id": record.source_id}),
        )
        own = await store.row(tables.identity, **key)
        if own is not None:
            await sender_reach.require_people(store, {own["person_id"]})
            if own["as_of"] > record.as_of:
                return UUID(str(own["person_id"]))
        values = dict(store.screened(tables.identity, identity_row(store, record, own, self._key)))
        if own is not None and is_someone_else(values, own):
            raise Refused("MATCH_CONFLICT")
        try:
            known = await known_person(store, record, values, own, self._key)
        except AmbiguousMatch as refused:
            await sender_reach.require_people(store, refused.people)
            await match_candidates.keep(store, values, refused.people)
            if isinstance(refused, NamesakesOnly):
                await record_candidates.put(store, values, self._key, refused.people, refused=True)
            raise
        if known is not None:
            await sender_reach.require_people(store, {known.person_id})
        person_id = store.new_key() if known is None else known.person_id
        person, other_rows = await self._with_other_records(store, person_id, values)
        if contradicts(values, other_rows, own):
            raise Refused("MATCH_CONFLICT")
        if known is not None and known.decision is not None:
            person_id = store.new_key() if own is None else own["person_id"]
            await record_candidates.join(store, person_id, known.decision)
            person, other_rows = await self._with_other_records(store, person_id, values)
        if record.referent_organisation is not None and record.referent_organisation.structure is not None:
            following = record.referent_organisation
            values_of_it = {"sensitivity": following.sensitivity, "siret": following.siret}
            await store.put(tables.structure, {"id": following.structure}, values_of_it)
        await store.delete(tables.source_record, source=record.source, source_id=record.source_id, removed=True)
        served = await store.row(tables.person, id=person.survivor)
        await self._write(store, person_id, person, [*other_rows, values], values)
        if match_candidates.is_compared_anew(values, own):
            await match_candidates.recheck(store, person, [*other_rows, {**values, "person_id": person_id}])
            alike = await match_candidates.put(store, values, person_id, person, served)
            store.candidates += alike and known is None
        else:
            await match_candidates.forget_refusal(store, record.source, record.source_id)
        if record.by_identity:
            candidates = () if known is None else known.candidates
            await record_candidates.put(store, values, self._key, candidates, refused=False)
        await self._link(store, person_id, record, values)
        if record.referents is not None:
            await referents.put(store, person_id, record, record.referents)
        return person_id

    async def _with_other_records(self, store: Store, person_id: UUID, values: Row) -> tuple[MergedPerson, list[Row]]:
        """The person that this own person is part of, and its records but the one with these values."""
        person = await merged_person(store, person_id)
        await person_rows.prefetch(store, person)
        return person, [row for row in await records_of(store, person) if not _is_own(row, values)]

    async def put_orientation(
        self, store: Store, person_id: UUID, record: PersonRecord, orientation: Orientation | None
    ) -> None:
        """Write the one orientation that a record of a person says, or take away what it said before."""
        key = {"source": record.source, "source_id": f"{record.source_id}:orientation"}
        if orientation is None:
            await store.delete(journey_tables.orientation, **key)
            return
        values = {**asdict(orientation), "person_id": person_id, "as_of": record.as_of}
        await store.put(journey_tables.orientation, key, values, new={"id": store.new_key()})

    async def link_partners(self, store: Store, source: str, organisme: str, matricule: str) -> None:
        """Make the two adults of a dossier each other's partner, once all of its records are put; forget the ways of
        contact of one that nobody is in any more."""
        await couples.put(store, source, organisme, matricule)
        await dossier_contacts.forget_deserted(store, organisme, matricule)

    async def put_dossier_contact(self, store: Store, contact: DossierContact) -> Outcome:
        """Write the ways of contact of the one known dossier that they name, unless newer ones are known.

        Raises Refused if no dossier, or several, may be meant.
        """
        nir = None if contact.nir is None else stated_nir(contact.nir, store)
        nir_hash = None if nir is None else hashed(nir, self._key)
        contact = replace(contact, matricule=self.covered(contact.matricule))
        adults = await dossier_contacts.put(store, contact, nir_hash)
        for person_id in adults:
            await self.consolidate(store, await merged_person(store, person_id))
        return store.outcome if adults else Outcome.OLDER

    async def put_professional(
        self, store: Store, source: str, as_of: datetime, professional: Referent, organisation: str | None = None
    ) -> UUID:
        """Return the key of the professional of this mailbox and name, made if new; it follows nobody by that alone."""
        return await referents.agent(store, source, as_of, professional, organisation)

    async def require_in_scope(self, store: Store, person_id: UUID) -> None:
        """Raise Refused (PERSON_OF_OTHER) if the person is known in other départements than the sender's alone."""
        await sender_reach.require_people(store, {person_id})

    async def rename(self, store: Store, source: str, source_id: str, new_id: str) -> None:
        """Give a record the key under which its source sends it from now on: the person stays."""
        own = await store.row(tables.identity, source=source, source_id=source_id)
        if own is None:
            return
        await store.link(source, source_id, ())
        await store.delete(tables.identity, source=source, source_id=source_id)
        await store.delete(access.person_reference, source=source, source_id=source_id)
        key = {"source": source, "source_id": new_id}
        await store.put(tables.identity, key, {name: value for name, value in own.items() if name not in key})
        await store.put(access.person_reference, key, {"person_id": own["person_id"]})

    async def remove(self, store: Store, source: str, source_id: str) -> None:
        """Remove a record, and the person if no other record or item names it.

        An item of another source (seen by its link) holds the person without an identity of its own: then the identity
        of the record stays, and nothing else of it. Answers to questions of the hub hold nobody.
        """
        own = await store.row(tables.identity, source=source, source_id=source_id)
        if own is None:
            return
        person_id: UUID = own["person_id"]
        person = await merged_person(store, person_id)
        await person_rows.prefetch(store, person)
        await store.link(source, source_id, ())
        await referents.keep(store, person_id, source, source_id, frozenset())
        rest = [row for row in await records_of(store, person) if not _is_of(row, source, source_id)]
        other_records = [row for row in rest if row["source"] not in ASKED_SOURCES]
        is_last = all(row["person_id"] != person_id for row in other_records)
        links = await store.all(access.link, person_id=person_id)
        if is_last and any(row["origin"] not in _HOLDS_NOBODY for row in links):
            key = {"source": source, "source_id": source_id}
            other_records.append({**own, **_BARE})
            rest.append(other_records[-1])
            await store.put(tables.identity, key, rest[-1])
            await store.put(tables.source_record, key, {"removed": True}, new={"as_of": own["as_of"]})
        else:
            await store.delete(tables.identity, source=source, source_id=source_id)
            await store.delete(access.person_reference, source=source, source_id=source_id)
        await match_candidates.forget(store, source, source_id)
        await record_candidates.forget(store, source, source_id)
        if not other_records:
            for answer in rest:
                await store.delete(tables.source_record, source=answer["source"], source_id=answer["source_id"])
            await person_rows.forget(store, person)
            return
        await match_candidates.recheck(store, person, rest)
        await person_rows.put(store, person, await self._whole(store, rest), self._key)

    async def sweep(self, connection: Connection) -> int:
        """Remove persons that only a removed record, and no item, still holds, and candidates that waited too long.

        Called after every ingestion, since the source of an item may not write people. Returns how many rows that is.
        """
        await record_candidates.expire(connection)
        rows, freed = 0, _FREED_AT_ONCE
        while freed == _FREED_AT_ONCE:
            async with begin(connection) as batch:
                records = await connection.fetch(_FREED, _HOLDS_NOBODY, _FREED_AT_ONCE)
                for outcome in await batch.take([partial(self._forget, *record) for record in records]):
                    outcome.result()
            rows += batch.written
            freed = len(records)
        return rows

    async def _forget(self, source: str, source_id: str, store: Store) -> None:
        await self.remove(store, source, source_id)
        await store.delete(tables.source_record, source=source, source_id=source_id)

    async def _write(
        self, store: Store, person_id: UUID, person: MergedPerson, rows: Sequence[Row], values: Row
    ) -> None:
        """Write a record, whose row of `people.identity` is `values`, and its person, whose rows are `rows`."""
        whole = await self._whole(store, rows)
        key = {"source": values["source"], "source_id": values["source_id"]}
        columns = {name: value for name, value in values.items() if name not in key}
        await store.put(tables.identity, key, {**columns, "person_id": person_id})
        await store.put(access.person_reference, key, {"person_id": person_id})
        await person_rows.put(store, person, whole, self._key)

    async def consolidate(self, store: Store, person: MergedPerson) -> None:
        """Write anew what is served of a person, from its records."""
        await person_rows.prefetch(store, person)
        await person_rows.put(store, person, await self._whole(store, await records_of(store, person)), self._key)

    async def empty(self, store: Store, people: Iterable[UUID]) -> None:
        """Leave nothing of what is served of these people, which are about to be merged otherwise."""
        for person_id in people:
            await person_rows.empty(store, person_id)

    async def regroup(self, store: Store, people: Iterable[UUID]) -> None:
        """Write what is served of these people anew, as `access.merged` groups them now."""
        persons = {person.survivor: person for person in [await merged_person(store, own) for own in people]}
        for person in persons.values():
            for member in person.members[1:]:
                await store.link(access.HUB, str(member), ())
            if await records_of(store, person):
                await self.consolidate(store, person)
            else:
                await person_rows.forget(store, person)
        for person in persons.values():
            for row in await records_of(store, person):
                if None not in (row["organisme"], row["matricule"]):
                    await couples.put(store, row["source"], row["organisme"], row["matricule"])

    async def put_restrictions(self, store: Store, person_id: UUID) -> None:
        """Make what the register of rights says of this own person act on the one that it is part of."""
        await person_rows.put_restrictions(store, await merged_person(store, person_id))

    async def _whole(self, store: Store, rows: Sequence[Row]) -> Consolidated:
        """Consolidate the person with these rows and the ways of contact of its dossiers."""
        return consolidate(rows, await dossier_contacts.of(store, rows), self._precedence)

    async def _link(self, store: Store, person_id: UUID, record: PersonRecord, values: Row) -> None:
        """Write the link of the organisation that follows the person, by this record."""
        siret = values["referent_organisation"]
        links = [] if siret is None else [Link(person_id, Fact.ORG_REFERENT, siret, day_of(record.as_of))]
        await store.link(record.source, record.source_id, links)


def _is_own(row: Row, values: Row) -> bool:
    return _is_of(row, values["source"], values["source_id"])


def _is_of(row: Row, source: str, source_id: str) -> bool:
    return bool(row["source"] == source and row["source_id"] == source_id)
