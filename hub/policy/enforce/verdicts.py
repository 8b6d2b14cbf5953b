"""Verdicts on the objects of personal types: one for each selection set and combination of facts, decided once for all
requests of an operation (docs/policy.md#rule-3)."""

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

BASE_VERDICTS, VERDICTS_PER_MARK = 512, 8
"""Bound of the verdicts that an operation keeps, and its growth with each mark. Deciding them again costs little."""
DISCLOSURES, DISCLOSURE_BYTES = 2048, 4 * 1024 * 1024
"""Disclosures kept for all operations, a few megabytes: one for each set of verdicts that a person gets."""
MOST_VERDICTS = 10_000
"""Most verdicts of one answer: an honest subgraph has a few combinations of facts per mark."""

Disclosure: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""Coordinates released of a person, and the masked ones among them."""

Inputs: TypeAlias = Mapping[tuple[str, ...], frozenset[str]]
"""By path of a field, the coordinates that its arguments reveal of each row below it (`check_inputs`)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one object: response keys to null, coordinates released, coordinates masked."""

    nulls: frozenset[str]
    released: frozenset[str]
    masked: frozenset[str]


@dataclass(frozen=True)
class Mark:
    """One selection set of a personal type in an authorised operation.

    `fields` are (response key, coordinate, rule or None for an open field); `direct`: it is reached from a root field
    without passing a list, so its rows are of the person that the client asked for; `judged`: its rows are journalled
    and not answered.
    """

    type: str
    path: tuple[str, ...]
    direct: bool
    row: Rule
    fields: tuple[tuple[str, str, Rule | None], ...]
    judged: bool = False

    @cached_property
    def keys(self) -> frozenset[str]:
        """Response keys of the fields."""
        return frozenset(key for key, _, _ in self.fields)

    def decide(self, facts: int, absent: frozenset[str]) -> Verdict | None:
        """The verdict for these facts; None where the row does not exist for the actor.

        `absent`: keys that were not fetched, excluded by a condition or lost with their subgraph; they are not
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
    """A verdict on all rows with these facts; `mark_index` is the place of its mark in the operation.

    `entries`: the access entries of its null fields by response key, None until `explain` first needs them.
    """

    mark_index: int
    mark: Mark
    facts: int
    verdict: Verdict
    entries: dict[str, AccessEntry] | None = None


class VerdictTable(dict[int, tuple[frozenset[str], int]]):
    """Facts → response keys to null and the bit of the row's verdict, decided at the first look-up.

    `rows[n]` belongs to the bit 1 << n. Raises Unusual for facts that are not an integer or forbid the row, and for
    more verdicts in one answer than any honest subgraph needs.
    """

    def __init__(self, mark_index: int, mark: Mark, absent: frozenset[str], rows: list[Row]) -> None:
        super().__init__()
        self._mark_index, self._mark, self._absent, self._rows = mark_index, mark, absent, rows

    def __missing__(self, facts: Any) -> tuple[frozenset[str], int]:
        verdict = self._mark.decide(facts, self._absent) if type(facts) is int else None
        if verdict is None or len(self._rows) >= MOST_VERDICTS:
            raise Unusual
        entry = self[facts] = verdict.nulls, 1 << len(self._rows)
        self._rows.append(Row(self._mark_index, self._mark, facts, verdict))
        return entry


def _memory(key: Any, disclosure: Disclosure) -> int:
    """Memory of a cached disclosure, in bytes: its coordinates are those of the operation."""
    return 1_000 + 64 * sum(map(len, disclosure))


_DISCLOSURES: Lru[Any, Disclosure] = Lru("disclosures", DISCLOSURE_BYTES, _memory, entries=DISCLOSURES)


@dataclass(slots=True, eq=False)
class VerdictStore:
    """The verdicts decided so far for one operation; sets of verdicts are integers, one bit per verdict.

    `number` is unique among all stores: the disclosures of its sets are cached under it and may outlive it.
    """

    marks: Sequence[Mark]
    number: int = field(default_factory=count().__next__)
    rows: list[Row] = field(default_factory=list)
    _tables: dict[tuple[int, frozenset[str]], VerdictTable] = field(default_factory=dict)
    _marked: dict[Marked, tuple[VerdictTable, ...]] = field(default_factory=dict)
    _latest: tuple[int, list[Row]] = (0, [])
    bound: int = field(init=False)

    def __post_init__(self) -> None:
        self.bound = BASE_VERDICTS + VERDICTS_PER_MARK * len(self.marks)

    @property
    def full(self) -> bool:
        """Whether the store is due to be replaced by an empty one."""
        bound = self.bound
        return len(self.rows) > bound or len(self._tables) > bound or len(self._marked) > bound

    def tables(self, marked: Marked) -> tuple[VerdictTable, ...]:
        """The table of each of these marks, for objects with the keys that were fetched."""
        try:
            return self._marked[marked]
        except KeyError:
            keys_by_mark = marked.keys_by_mark
            tables = tuple(self.table(index, self.marks[index].keys - fetched) for index, fetched in keys_by_mark)
            return self._marked.setdefault(marked, tables)

    def table(self, mark_index: int, absent: frozenset[str]) -> VerdictTable:
        """The table of one mark, for objects without these keys."""
        try:
            return self._tables[mark_index, absent]
        except KeyError:
            table = VerdictTable(mark_index, self.marks[mark_index], absent, self.rows)
            return self._tables.setdefault((mark_index, absent), table)

    def set_rows(self, bits: int) -> list[Row]:
        """The verdicts of a set, in the order in which they were decided."""
        rows = []
        while bits:
            lowest = bits & -bits
            rows.append(self.rows[lowest.bit_length() - 1])
            bits ^= lowest
        return rows

    def direct_rows(self, bits: int) -> list[Row]:
        """The verdicts of a set on the person that the client asked for, in the order of the operation."""
        if self._latest[0] != bits:
            direct = (row for row in self.set_rows(bits) if row.mark.direct)
            self._latest = bits, sorted(direct, key=lambda row: row.mark_index)
        return self._latest[1]

    def disclosure(self, bits: int, inputs: Inputs) -> Disclosure:
        """The disclosure of a person with this set of verdicts, the values revealed by inputs included; cached, since
        most people of an answer share a few sets."""
        key = self.number, bits, tuple(inputs.items())
        return _DISCLOSURES.get(key) or _DISCLOSURES.put(key, self._disclosure(bits, inputs))

    def _disclosure(self, bits: int, inputs: Inputs) -> Disclosure:
        rows = self.set_rows(bits)
        released = [row.verdict.released for row in rows]
        released += (
            revealed for path, revealed in inputs.items() if any(row.mark.path[: len(path)] == path for row in rows)
        )
        return frozenset().union(*released), frozenset().union(*(row.verdict.masked for row in rows))


class Marks:
    """The marks of one authorised operation, and their verdicts; `has_direct`: one of them is direct."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.marks = tuple(marks)
        self.has_direct = any(mark.direct for mark in self.marks)
        self._store = VerdictStore(self.marks)

    def store(self) -> VerdictStore:
        """The verdicts decided so far; a request that holds an earlier store keeps it."""
        if self._store.full:
            self._store = VerdictStore(self.marks)
        return self._store
