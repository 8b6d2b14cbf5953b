"""The second lock: every object of a personal type is decided again, from the facts that its subgraph reported.

policy.md rule 3. Projection calls the guard once per object; the same call tells the journal what was released of whom.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from schema.residual import Rule, holds

VERDICTS = 4096
"""Bound of the verdicts remembered per mark: facts are a small integer, so this is never reached in practice."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one object: response keys to null, and the coordinates released."""

    nulls: frozenset[str]
    released: frozenset[str]
    masked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """One selection set of a personal type in an authorised operation.

    `fields` are (response key, coordinate, rule or None for an open field); `named`: it is reached from a root field
    without passing a list, so it speaks of the person asked for.
    """

    type: str
    path: tuple[str, ...]
    named: bool
    row: Rule
    fields: tuple[tuple[str, str, Rule | None], ...]
    verdicts: dict[int, Verdict | None] = field(default_factory=dict, compare=False, hash=False)

    def verdict(self, facts: int) -> Verdict | None:
        """The verdict for these facts; None where the row does not exist for the actor."""
        try:
            return self.verdicts[facts]
        except KeyError:
            found = self._decide(facts)
            if len(self.verdicts) < VERDICTS:
                self.verdicts[facts] = found
            return found

    def _decide(self, facts: int) -> Verdict | None:
        bits = sum(bit for bit, _ in self.row.values)
        if not holds(self.row.read, facts) or not self.row.value_allowed(facts, bits):
            return None
        read = {key for key, _, rule in self.fields if rule is None or holds(rule.read, facts)}
        masked = {key for key, _, rule in self.fields if rule is not None and holds(rule.reduced, facts)} - read
        return Verdict(
            nulls=frozenset(key for key, _, _ in self.fields if key not in read and key not in masked),
            released=frozenset(coordinate for key, coordinate, _ in self.fields if key in read),
            masked=frozenset(coordinate for key, coordinate, _ in self.fields if key in masked),
        )


@dataclass(slots=True)
class Guard:
    """The guard of one request: call it per object, then read `subjects` (for the journal) and `named` (to explain)."""

    marks: tuple[Mark, ...]
    subjects: dict[str, tuple[set[str], set[str]]] = field(default_factory=dict)
    named: list[tuple[Mark, int, tuple[str | int, ...]]] = field(default_factory=list)

    def __call__(self, mark: int, access: Any, path: tuple[str | int, ...]) -> frozenset[str] | None:
        """Response keys to null, or None: the object must disappear (no facts, or facts that forbid it)."""
        try:
            subject, facts = access
        except (TypeError, ValueError):
            return None
        if type(subject) is not str or type(facts) is not int:
            return None
        found = self.marks[mark]
        verdict = found.verdict(facts)
        if verdict is None:
            return None
        released, masked = self.subjects.setdefault(subject, (set(), set()))
        released |= verdict.released
        masked |= verdict.masked
        if found.named:
            self.named.append((found, facts, path))
        return verdict.nulls
