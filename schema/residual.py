"""The residual of decisions: the part that depends on the row, as a closed algebra that a subgraph applies in its SQL.

docs/policy.md#rule-3. No expression and no SQL is ever sent: a residual is made of masks over `schema.facts.Fact`.
The same clauses are tested in SQL (`subgraphs.kit`) and again by the hub's guard (`hub.policy.enforce.guard`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

import orjson


@dataclass(frozen=True, slots=True, order=True)
class Clause:
    """A condition on facts: any bit of `any_of`, all bits of `all_of`, no bit of `none_of`."""

    any_of: int
    all_of: int = 0
    none_of: int = 0

    def holds(self, facts: int) -> bool:
        """Whether the clause holds of a row with these facts."""
        return bool(facts & self.any_of) and facts & self.all_of == self.all_of and not facts & self.none_of


def holds(clauses: Iterable[Clause], facts: int) -> bool:
    """Whether any clause holds; never without a clause."""
    return any(clause.holds(facts) for clause in clauses)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a row exists for the actor, or when a field of it is readable.

    `read`: readable in full when any clause holds. `values`: for each value-category bit, the clauses under
    which a value of that category may be seen (absent bit → never). `reduced`: clauses under which the value
    comes through the reduction named `reduction` instead.
    """

    read: tuple[Clause, ...] = ()
    values: tuple[tuple[int, tuple[Clause, ...]], ...] = ()
    reduced: tuple[Clause, ...] = ()
    reduction: str | None = None

    def value_allowed(self, facts: int, value_bits: int) -> bool:
        """Whether all value categories of the row (among `value_bits`) may be seen."""
        row_bits = facts & value_bits
        if not row_bits:
            return True
        allowed = dict(self.values)
        bit = 1
        while bit <= row_bits:
            if row_bits & bit and not holds(allowed.get(bit, ()), facts):
                return False
            bit <<= 1
        return True


@dataclass(frozen=True)
class Residual:
    """The row-dependent part of an operation's decisions: `rows` by type, `fields` by coordinate.

    A type or coordinate that is absent is denied. `retentions` gives, for each retention fact bit, the number
    of days after the subject's last contact from which the bit is set; `items`, for each type whose rows end by a day
    of their own, the number of days after it from which ITEM_ENDED is set.
    """

    rows: Mapping[str, Rule] = field(default_factory=dict)
    fields: Mapping[str, Rule] = field(default_factory=dict)
    retentions: tuple[tuple[int, int], ...] = ()
    items: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def encoded(self) -> bytes:
        """Canonical JSON; equal residuals have equal bytes."""
        return orjson.dumps(
            {
                "rows": {name: _encode(rule) for name, rule in self.rows.items()},
                "fields": {name: _encode(rule) for name, rule in self.fields.items()},
                "retentions": self.retentions,
                "items": self.items,
            },
            option=orjson.OPT_SORT_KEYS,
        )

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `encoded`: the residual's part of a compiled statement's cache key."""
        return sha256(self.encoded).hexdigest()

    @staticmethod
    def decode(data: bytes | str) -> Residual:
        """Read `encoded` back; raises ValueError on any other form: a restriction that is not understood is not left
        out."""
        try:
            raw = orjson.loads(data)
            if raw.keys() != PARTS:
                raise ValueError("not a residual")
            return Residual(
                rows={name: _decode(rule) for name, rule in raw["rows"].items()},
                fields={name: _decode(rule) for name, rule in raw["fields"].items()},
                retentions=tuple((_whole(bit), _whole(days)) for bit, days in raw["retentions"]),
                items={name: _whole(days) for name, days in raw["items"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError("not a residual") from error


PARTS = frozenset({"rows", "fields", "retentions", "items"})
"""The keys of an encoded residual."""


def _encode(rule: Rule) -> list[Any]:
    def clauses(items: tuple[Clause, ...]) -> list[list[int]]:
        return [[c.any_of, c.all_of, c.none_of] for c in sorted(items)]

    values = [[bit, clauses(items)] for bit, items in sorted(rule.values)]
    return [clauses(rule.read), values, clauses(rule.reduced), rule.reduction]


def _decode(raw: list[Any]) -> Rule:
    def clauses(items: list[list[int]]) -> tuple[Clause, ...]:
        return tuple(Clause(_whole(a), _whole(b), _whole(c)) for a, b, c in items)

    read, values, reduced, reduction = raw
    if reduction is not None and not isinstance(reduction, str):
        raise TypeError("reduction")
    by_value = tuple((_whole(bit), clauses(items)) for bit, items in values)
    return Rule(clauses(read), by_value, clauses(reduced), reduction)


def _whole(value: Any) -> int:
    """A set of facts, or a number of days; raises TypeError for anything else."""
    if type(value) is not int or not 0 <= value < 2**63:
        raise TypeError("no number of a residual")
    return value
