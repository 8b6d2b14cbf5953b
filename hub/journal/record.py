"""What the journal writes of one request: never a value, subjects only as pseudonyms."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

PSEUDONYM = 16
"""Bytes of a pseudonym."""


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
    """One distinct set of coordinates, and the pseudonyms of everyone of whom it was released."""

    coordinates: tuple[str, ...]
    masked: tuple[str, ...]
    subjects: tuple[bytes, ...]


def disclosures(subjects: Mapping[str, tuple[set[str], set[str]]], key: bytes) -> list[Disclosure]:
    """Group subjects (person id → coordinates released, masked) by what was released of them."""
    groups: dict[tuple[tuple[str, ...], tuple[str, ...]], list[bytes]] = {}
    for subject, (released, masked) in subjects.items():
        group = (tuple(sorted(released)), tuple(sorted(masked)))
        groups.setdefault(group, []).append(pseudonym(subject, key))
    return [Disclosure(*group, tuple(sorted(found))) for group, found in sorted(groups.items())]


def pseudonym(subject: str, key: bytes) -> bytes:
    """Keyed pseudonym of a person id, the same in every entry, so that the person can ask who looked."""
    return hmac.digest(key, subject.encode(), "sha256")[:PSEUDONYM]
