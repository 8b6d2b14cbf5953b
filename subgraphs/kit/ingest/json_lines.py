"""JSON Lines in formats of the hub's own: a line is one state, about a person whom a source read before knows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import msgspec

from schema.confidential import Confidential
from subgraphs.kit import access
from subgraphs.kit.ingest.ingestion_report import Numbered, Refused
from subgraphs.kit.ingest.json_records import loads
from subgraphs.kit.ingest.row_store import Store
from subgraphs.kit.ingest.sender_scope import require_known_person

MAX_LINE = 65_536
"""Bytes of one line, beyond which the file is no such feed."""
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Siret = Annotated[str, msgspec.Meta(pattern=r"^\d{14}$")]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class PersonKey(Confidential, frozen=True, forbid_unknown_fields=True):
    """Key of a person in a source."""

    source: Key
    reference: Key


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Lines that aren't blank, with their numbers; of one that is too long, its first bytes only, the rest skipped."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            rest = line
            while len(rest) > MAX_LINE and not rest.endswith(b"\n"):
                rest = stream.readline(MAX_LINE + 1)
            if line.strip():
                yield number, line


def records(path: Path) -> Iterator[Numbered[bytes]]:
    """The lines, each a record."""
    return (Numbered(number, line) for number, line in lines(path))


def content_of(line: bytes) -> Any:
    """What a line says; raises Refused as `loads`, and RECORD_TOO_LARGE."""
    if len(line) > MAX_LINE:
        raise Refused("RECORD_TOO_LARGE")
    return loads(line)


async def person_of(store: Store, key: PersonKey) -> UUID:
    """The person whom a source knows by this key; raises Refused (PERSON_UNKNOWN, PERSON_OF_OTHER)."""
    reference = await store.row(access.person_reference, source=key.source, source_id=key.reference)
    if reference is None:
        raise Refused("PERSON_UNKNOWN", "personne")
    person_id = UUID(str(reference["person_id"]))
    await require_known_person(store, person_id)
    return person_id
