"""What the journal writes of one request: never a value, subjects only as pseudonyms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypeAlias
from uuid import UUID

Disclosed: TypeAlias = tuple[frozenset[str], frozenset[str], Sequence[str]]
"""(coordinates released, masked, persons of whom they were): ids, or their pseudonyms."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The header of an intent or a disclosure; `at` is in UTC, `decisions` counts decisions by reason."""

    kind: str
    request: UUID
    at: datetime
    trace: str
    actor: str
    actor_kind: str
    organisation: str | None
    client: str
    purpose: str
    reference: str | None
    operation_hash: str
    operation_name: str | None
    decisions: Mapping[str, int]

    def disclosed(self, reasons: Iterable[str]) -> Entry:
        """The disclosure entry that answers this intent."""
        return Entry(
            kind="DISCLOSURE",
            request=self.request,
            at=datetime.now(UTC),
            trace=self.trace,
            actor=self.actor,
            actor_kind=self.actor_kind,
            organisation=self.organisation,
            client=self.client,
            purpose=self.purpose,
            reference=self.reference,
            operation_hash=self.operation_hash,
            operation_name=self.operation_name,
            decisions=dict(Counter(map(str, reasons))),
        )


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One distinct set of coordinates, and the pseudonyms (hexadecimal) of everyone of whom it was released."""

    coordinates: tuple[str, ...]
    masked: tuple[str, ...]
    subjects: tuple[str, ...]


def disclosures(disclosed: Iterable[Disclosed]) -> list[Disclosure]:
    """Group what was disclosed of whom by what it was."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for released, masked, subjects in disclosed:
        groups.setdefault((_ordered(released), _ordered(masked)), []).extend(subjects)
    return [Disclosure(*group, tuple(sorted(found))) for group, found in sorted(groups.items())]


@lru_cache(maxsize=4096)
def _ordered(coordinates: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(coordinates))
