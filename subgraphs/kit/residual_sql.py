"""The residual algebra as SQL: the same clauses as `schema.residual.holds`, over an integer expression of facts.

Masks are constants of the statement; a test holds SQL and Python together on random rules and facts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, literal_column, not_, or_, true

from schema.residual import Clause, Rule


def constant(number: int) -> ColumnElement[int]:
    """A number literal of the statement's text."""
    return literal_column(str(int(number)))


def word(value: str) -> ColumnElement[str]:
    """A literal of a declared enum value; raises ValueError for any other text."""
    if not value.replace("_", "").isalnum() or not value.isascii():
        raise ValueError("not an enum value")
    return literal_column(f"'{value}'")


def clause_sql(clause: Clause, facts: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that the clause holds."""
    tests = [facts.bitwise_and(constant(clause.any_of)) != constant(0)]
    if clause.all_of:
        tests.append(facts.bitwise_and(constant(clause.all_of)) == constant(clause.all_of))
    if clause.none_of:
        tests.append(facts.bitwise_and(constant(clause.none_of)) == constant(0))
    return and_(*tests)


def holds_sql(clauses: tuple[Clause, ...], facts: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that any clause holds; false without a clause."""
    if not clauses:
        return false()
    return or_(*(clause_sql(clause, facts) for clause in sorted(clauses)))


def value_allowed_sql(rule: Rule, facts: ColumnElement[int], value_bits: int) -> ColumnElement[bool]:
    """The condition that each of these value bits present in the facts may be seen, as `Rule.value_allowed`."""
    allowed = dict(rule.values)
    tests: list[ColumnElement[bool]] = []
    for bit in bits_of(value_bits):
        free = facts.bitwise_and(constant(bit)) == constant(0)
        clauses = allowed.get(bit, ())
        tests.append(or_(free, holds_sql(clauses, facts)) if clauses else free)
    return and_(true(), *tests)


def implied(row: tuple[Clause, ...], clauses: tuple[Clause, ...]) -> bool:
    """Return whether each clause of the row's rule implies one of these, so that they need no test of their own."""
    return all(
        any(
            first.any_of & ~second.any_of == 0
            and second.all_of & ~first.all_of == 0
            and second.none_of & ~first.none_of == 0
            for second in clauses
        )
        for first in row
    )


def without_forbidden_bits(
    rule: Rule | None, facts: ColumnElement[int], value_bits: int, tested: ColumnElement[int]
) -> ColumnElement[int]:
    """Clear the value bits in `facts` that `tested` does not allow: the categories of coarsened values."""
    allowed = dict(rule.values) if rule is not None else {}
    for bit in bits_of(value_bits):
        clauses = allowed.get(bit, ())
        cleared = facts.bitwise_and(constant(~bit))
        facts = case((not_(holds_sql(clauses, tested)), cleared), else_=facts) if clauses else cleared
    return facts


def bits_of(mask: int) -> list[int]:
    """Return the single bits of a mask, lowest first."""
    return [1 << place for place in range(mask.bit_length()) if mask >> place & 1]


def yes(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """True where the condition holds, else null: who may know the yes only learns no difference between no and unknown
    (docs/policy.md#rule-14)."""
    return case((condition, true()))


def either(condition: ColumnElement[bool] | None, value: ColumnElement[Any]) -> ColumnElement[Any]:
    """The value if the condition holds, else null."""
    return value if condition is None else case((condition, value))
