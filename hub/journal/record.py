"""Records of the journal for one request: never a value, and persons only as pseudonyms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple, TypeAlias
from uuid import UUID

from schema.confidential import confidential
from schema.lru import Lru

Disclosed: TypeAlias = tuple[frozenset[str], frozenset[str], Sequence[str]]
"""Coordinates released, coordinates masked, and the ids or pseudonyms of their persons."""

OPERATOR = "exploitant"
"""Kind of actor of a command of `hub journal`, which no token has."""
FORGET, ADOPT = "journal_forget", "journal_adopt"
"""Operations of an operator after which a pseudonym has no key: disclosures of them name it."""


@confidential
class Entry(NamedTuple):
    """The header of an intent or a disclosure; `at` is in UTC, `decisions` counts decisions by reason.

    `visible_from`: the instant before which its subjects do not see it (docs/policy.md#journal).
    """

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
    visible_from: datetime | None = None

    def disclosed(self, reasons: Mapping[str, int]) -> Entry:
        """The disclosure entry of this intent, with the number of decisions by reason."""
        return Entry("DISCLOSURE", self.request, datetime.now(UTC), *self[3:12], reasons, self.visible_from)


class Disclosure(NamedTuple):
    """A distinct set of coordinates, and the pseudonyms (hexadecimal) of the persons whose it is."""

    coordinates: tuple[str, ...]
    masked: tuple[str, ...]
    subjects: tuple[str, ...]


def disclosures(disclosed: Iterable[Disclosed]) -> list[Disclosure]:
    """Group disclosed persons by the coordinates that were released and masked."""
    groups: dict[tuple[frozenset[str], frozenset[str]], list[str]] = {}
    for released, masked, subjects in disclosed:
        groups.setdefault((released, masked), []).extend(subjects)
    rows = [
        Disclosure(*_ORDERED.get_or(group, partial(_ordered, *group)), tuple(sorted(pseudonyms)))
        for group, pseudonyms in groups.items()
    ]
    rows.sort()
    return rows


def _ordered(released: frozenset[str], masked: frozenset[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(sorted(released)), tuple(sorted(masked))


_ORDERED: Lru[tuple[frozenset[str], frozenset[str]], tuple[tuple[str, ...], tuple[str, ...]]] = Lru(
    "ordered coordinates", 4 * 1024 * 1024, lambda group, _: 1_000 + 80 * sum(map(len, group))
)
