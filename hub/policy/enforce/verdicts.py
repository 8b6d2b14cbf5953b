"""What becomes of the objects of a personal type: the verdict of each selection set on each combination of facts, made
once for all requests of an operation (docs/policy.md#rule-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Any, TypeAlias

from hub.federation.execution.generate import Marked
from hub.federation.execution.representation_collector import Unusual
from hub.policy.enforce.access_entry import AccessEntry
from schema.lru import Lru
from schema.residual import Rule, holds

VERDICTS, EACH = 512, 8
"""Bound of the verdicts remembered per operation, and what it grows by with each of its marks. To make them anew costs
little."""
SETS = 2048
"""Sets of verdicts of all operations of which is remembered what they tell, the latest ones: a few megabytes. They are
as many as people are met at other places with other facts."""
MOST = 10_000
"""Most verdicts that are kept while one answer is made: an honest subgraph has a few facts per mark."""

Told: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""Coordinates that someone was released, and those of them that were masked."""

Inputs: TypeAlias = Mapping[tuple[str, ...], frozenset[str]]
"""Coordinates that the arguments of the field at a path reveal of each row below it (`check_inputs`)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of one object: response keys to null, the coordinates released, and those of them masked."""

    nulls: frozenset[str]
    released: frozenset[str]
    masked: frozenset[str]


@dataclass(frozen=True)
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

    @cached_property
    def keys(self) -> frozenset[str]:
        """Response keys of the fields."""
        return frozenset(key for key, _, _ in self.fields)

    def decide(self, facts: int, absent: frozenset[str]) -> Verdict | None:
        """The verdict for these facts; None where the row does not exist for the actor.

        `absent`: keys that did not come, excluded by a condition or lost with their subgraph: nothing of them is
        released.
        """
        bits = sum(bit for bit, _ in self.row.values)
        if not holds(self.row.read, facts) or not self.row.value_allowed(facts, bits):
            return None
        fields = [item for item in self.fields if item[0] not in absent]
        read = {key for key, _, rule in fields if rule is None or holds(rule.read, facts)}
        masked = {key for key, _, rule in fields if rule is not None and holds(rule.reduced, facts)} - read
        return Verdict(
            nulls=frozenset(key for key, _, _ in fields if key not in read and key not in masked),
            released=frozenset(coordinate for key, coordinate, _ in fields if key in read),
            masked=frozenset(coordinate for key, coordinate, _ in fields if key in masked),
        )


@dataclass(slots=True, eq=False)
class Row:
    """A verdict on all rows of these facts; `told` keeps what `explain` tells of it, once it has been asked."""

    place: int
    mark: Mark
    facts: int
    verdict: Verdict
    told: dict[str, AccessEntry] | None = None


class Table(dict[int, tuple[frozenset[str], int]]):
    """Facts → response keys to null, and the bit of the row's verdict, decided when it is first asked for.

    `rows[n]` is what the bit 1 << n stands for. Raises Unusual for facts that are none, or forbid the row, and for more
    of them in one answer than any honest subgraph has.
    """

    def __init__(self, place: int, mark: Mark, absent: frozenset[str], rows: list[Row]) -> None:
        super().__init__()
        self._place, self._mark, self._absent, self._rows = place, mark, absent, rows

    def __missing__(self, facts: Any) -> tuple[frozenset[str], int]:
        verdict = self._mark.decide(facts, self._absent) if type(facts) is int else None
        if verdict is None or len(self._rows) >= MOST:
            raise Unusual
        found = self[facts] = verdict.nulls, 1 << len(self._rows)
        self._rows.append(Row(self._place, self._mark, facts, verdict))
        return found


_TOLD: Lru[Any, Told] = Lru(SETS)


@dataclass(slots=True, eq=False)
class Known:
    """What was decided so far of the objects of one operation; sets of verdicts are integers, a bit for each.

    `number` names it among all that there ever were: what its sets tell is kept apart, and outlives it for a while.
    """

    marks: Sequence[Mark]
    number: int = field(default_factory=count().__next__)
    rows: list[Row] = field(default_factory=list)
    _tables: dict[tuple[int, frozenset[str]], Table] = field(default_factory=dict)
    _marked: dict[Marked, tuple[Table, ...]] = field(default_factory=dict)
    _latest: tuple[int, list[Row]] = (0, [])
    bound: int = field(init=False)

    def __post_init__(self) -> None:
        self.bound = VERDICTS + EACH * len(self.marks)

    @property
    def full(self) -> bool:
        """Whether it is time to forget all of it."""
        bound = self.bound
        return len(self.rows) > bound or len(self._tables) > bound or len(self._marked) > bound

    def tables(self, marked: Marked) -> tuple[Table, ...]:
        """The table of each of these marks, of whose objects these keys came."""
        try:
            return self._marked[marked]
        except KeyError:
            found = tuple(self.table(place, self.marks[place].keys - fetched) for place, fetched in marked.keys_by_mark)
            return self._marked.setdefault(marked, found)

    def table(self, place: int, absent: frozenset[str]) -> Table:
        """The table of one mark, of whose objects these keys did not come."""
        try:
            return self._tables[place, absent]
        except KeyError:
            found = Table(place, self.marks[place], absent, self.rows)
            return self._tables.setdefault((place, absent), found)

    def of(self, bits: int) -> list[Row]:
        """The verdicts of a set, in the order in which they were made."""
        found = []
        while bits:
            lowest = bits & -bits
            found.append(self.rows[lowest.bit_length() - 1])
            bits ^= lowest
        return found

    def named(self, bits: int) -> list[Row]:
        """Those of a set that speak of the person asked for, in the order of the operation."""
        if self._latest[0] != bits:
            rows = sorted((row for row in self.of(bits) if row.mark.named), key=lambda row: row.place)
            self._latest = bits, rows
        return self._latest[1]

    def told(self, bits: int, inputs: Inputs) -> Told:
        """What a set of verdicts, and what was asked about their rows, tell of someone: the same objects each time,
        which come again and again."""
        key = self.number, bits, tuple(inputs.items())
        return _TOLD.get(key) or _TOLD.put(key, self._told(bits, inputs))

    def _told(self, bits: int, inputs: Inputs) -> Told:
        rows = self.of(bits)
        released = [row.verdict.released for row in rows]
        released += (told for at, told in inputs.items() if any(row.mark.path[: len(at)] == at for row in rows))
        return frozenset().union(*released), frozenset().union(*(row.verdict.masked for row in rows))


class Marks:
    """The marks of one authorised operation, and what is known of them now; `name_anyone`: whether one may speak of the
    person asked for."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.each = tuple(marks)
        self.name_anyone = any(mark.named for mark in self.each)
        self._known = Known(self.each)

    def known(self) -> Known:
        """What was decided so far; whoever began with what is forgotten since keeps it."""
        if self._known.full:
            self._known = Known(self.each)
        return self._known
