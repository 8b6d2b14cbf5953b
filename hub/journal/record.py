"""What the journal writes of one request: never a value, subjects only as pseudonyms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID


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
        return replace(self, kind="DISCLOSURE", at=datetime.now(UTC), decisions=dict(Counter(map(str, reasons))))


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One distinct set of coordinates, and the pseudonyms (hexadecimal) of everyone of whom it was released."""

    coordinates: tuple[str, ...]
    masked: tuple[str, ...]
    subjects: tuple[str, ...]


def disclosures(subjects: Mapping[str, tuple[Set[str], Set[str]]]) -> list[Disclosure]:
    """Group subjects (pseudonym → coordinates released, masked) by what was released of them."""
    groups: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for subject, (released, masked) in subjects.items():
        groups.setdefault((frozenset(released), frozenset(masked)), []).append(subject)
    rows = ((tuple(sorted(read)), tuple(sorted(masked)), tuple(sorted(who))) for (read, masked), who in groups.items())
    return [Disclosure(*row) for row in sorted(rows)]
