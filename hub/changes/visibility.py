"""Whether a change of a row may show in a query, by the clauses that decide on the row itself (decision 0101)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from schema.facts import REVEALED, VALUE_FACTS, Fact
from schema.residual import Clause, Residual, Rule, holds
from schema.subgraphs import GENERATED

OWN, RECORDED = int(Fact.OWN_ITEM), int(Fact.RECORDED)
HIDING = int(Fact.VALUE_ASSIDU)
"""The categories whose values are served as another one, with nothing of the row that tells of their change."""
OF_THE_ITEM = RECORDED | int(Fact.ITEM_ENDED) | sum(map(int, VALUE_FACTS.values()))
"""Facts that a row has of its own, whatever those of its person."""
REVEALING = sum(VALUE_FACTS[category] for category in REVEALED)


@dataclass(frozen=True, slots=True)
class RowChange:
    """That rows of a table changed: their owner, their recorder, the categories for which such a row is dropped, and
    that which it takes to see the change (`HIDING`)."""

    source: str
    owner: str | None
    recorder: str | None
    facts: int


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a query shows of a table: `row` is the rule of the type of its rows, `clauses` those under which it reads a
    field, `hidden` those under which it reads one that tells of a hidden change; `links` are the rules of the
    relationships that are withheld from rows for what they reveal, None if there are none. `bits` are the categories of
    the rows that a computed field may show; None for the row itself, on which the rule decides."""

    row: Rule
    clauses: tuple[Clause, ...]
    hidden: tuple[Clause, ...]
    links: tuple[Rule, ...] | None
    owned: bool
    recorded: bool
    bits: int | None

    def shows(self, change: RowChange, person: int, organisation: str | None) -> bool:
        """Whether the actor may read such a row of a person with these facts."""
        facts = person
        own = organisation is not None and change.owner == organisation
        if self.owned:
            facts = facts & ~OWN | (OWN if own else 0)
        if self.recorded and organisation is not None and change.recorder == organisation:
            facts |= RECORDED
        if not holds(self.row.read, facts) or not holds(self.clauses, facts):
            return False
        if change.facts & HIDING and not holds(self.hidden, facts):
            return False
        if self.links is not None and not any(
            link.value_allowed(facts | change.facts & REVEALING, REVEALING) for link in self.links
        ):
            return False
        if self.bits is not None:
            return not change.facts & ~(self.bits | HIDING)
        categories = change.facts & ~REVEALING if own and self.owned else change.facts
        return self.row.value_allowed(facts | categories, sum(bit for bit, _ in self.row.values))


class Visibility:
    """The tables that a query reads, under its residual."""

    def __init__(self, tables: Mapping[str, Mapping[str, Any]], residual: Residual) -> None:
        self._shown = {source: list(_shown(types, residual)) for source, types in tables.items()}
        rules = (*residual.rows.values(), *residual.fields.values())
        self._clauses = sorted({clauses for rule in rules for clauses in _clauses_of(rule)})

    def shows(self, change: RowChange, facts: int, organisation: str | None) -> bool:
        """Whether a change may show in the query to an actor to whom the person has these facts."""
        return any(shown.shows(change, facts, organisation) for shown in self._shown.get(change.source, ()))

    def differs(self, was: int, now: int) -> bool:
        """Whether other facts of a person open something else of the query: not so for a restriction or an end that
        decides nothing of what it reads."""
        return was != now and any(
            _open(clauses, was, free) != _open(clauses, now, free)
            for clauses in self._clauses
            for free in (OF_THE_ITEM, OF_THE_ITEM | OWN)
        )


def _clauses_of(rule: Rule) -> Iterator[tuple[Clause, ...]]:
    """All that a rule opens something by."""
    yield rule.read
    yield rule.reduced
    yield from (clauses for _, clauses in rule.values)


def _open(clauses: tuple[Clause, ...], facts: int, free: int) -> frozenset[Clause]:
    """What is left of clauses for a person with these facts: conditions on the bits that are `free`, which each row has
    for itself; one without a condition stands for all."""
    left = set()
    for clause in clauses:
        any_of = 0 if clause.any_of & ~free & facts else clause.any_of & free
        holds_so_far = any_of or clause.any_of & ~free & facts
        if holds_so_far and not clause.none_of & ~free & facts and not clause.all_of & ~free & ~facts:
            left.add(Clause(any_of, clause.all_of & free, clause.none_of & free))
    always = Clause(0)
    return frozenset((always,)) if always in left else frozenset(left)


def _shown(types: Mapping[str, Any], residual: Residual) -> Iterator[_Shown]:
    for name, reads in types.items():
        row = residual.rows.get(name)
        if row is None:
            continue
        groups = [(None, reads["row"]), *((bits, [coordinate]) for coordinate, bits in reads["derived"].items())]
        for bits, coordinates in groups:
            rules = {name: rule for name in coordinates if (rule := residual.fields.get(name)) is not None}
            clauses = tuple({clause for rule in rules.values() for clause in (*rule.read, *rule.reduced)})
            hidden = tuple(clause for name, rule in rules.items() for clause in _hidden(name, rule, reads["withheld"]))
            links = tuple(rule for rule in map(residual.fields.get, reads["links"]) if rule) if reads["links"] else None
            if clauses:
                yield _Shown(row, clauses, hidden, links, reads["owned"], reads["recorded"], bits)


def _hidden(coordinate: str, rule: Rule, withheld: Mapping[str, int]) -> Iterator[Clause]:
    """The clauses under which a field tells of a hidden change."""
    if withheld.get(coordinate, 0) & HIDING:
        yield from rule.read
    for bit, clauses in rule.values:
        if bit & HIDING:
            yield from clauses


def watched_tables() -> Mapping[str, Mapping[str, Any]]:
    """By table, the fields that its rows change (`subgraphs.kit.change_sources` writes the file)."""
    tables: Mapping[str, Mapping[str, Any]] = orjson.loads((GENERATED / "changes.json").read_bytes())
    return tables
