"""Cells of the matrix: under which clauses an actor kind reads, reads reduced or matches a category for a purpose.

docs/policy.md#rule-1: what no grant opens is closed, and a prohibition beats every grant. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.policy.decide.policy_model import Grant, Policy, Prohibition
from schema.categories import Category, Level
from schema.facts import Fact
from schema.residual import Clause


def intersect(left: Iterable[Clause], right: Iterable[Clause]) -> tuple[Clause, ...]:
    """Clauses under which both hold *by the same relation* (docs/policy.md#rule-7)."""
    return merge(
        {
            Clause(a.any_of & b.any_of, a.all_of | b.all_of, a.none_of | b.none_of)
            for a in left
            for b in right
            if a.any_of & b.any_of
        }
    )


def merge(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The same clauses in a stable order, those that differ only in their relations merged into one."""
    relations: dict[tuple[int, int], int] = {}
    for clause in clauses:
        condition = (clause.all_of, clause.none_of)
        relations[condition] = relations.get(condition, 0) | clause.any_of
    return tuple(sorted(Clause(any_of, *condition) for condition, any_of in relations.items()))


def _clause(grant: Grant, all_of: int = 0) -> Clause:
    """A grant's condition on the row: its relations, the search that names its person if it asks for one, none of the
    restrictions that its basis admits, and its retention not ended."""
    none_of = Fact(0)
    if grant.named:
        all_of |= Fact.NATIONWIDE
    if grant.basis.limitation:
        none_of |= Fact.LIMITATION | Fact.ERASURE_DUE
    if grant.basis.opposition:
        none_of |= Fact.OPPOSITION
    if grant.retention is not None:
        none_of |= grant.retention.fact
    return Clause(int(grant.relations), all_of, int(none_of))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix.

    `read`, `recorded`, `reduced`: the clauses to read, to read what one's own organisation recorded, to read reduced;
    `grants`: ids of the grants that give them; `match` and `write`: by grant, the clauses to match and to write.
    """

    read: tuple[Clause, ...]
    recorded: tuple[Clause, ...]
    reduced: tuple[Clause, ...]
    grants: tuple[str, ...]
    match: Mapping[str, tuple[Clause, ...]]
    write: Mapping[str, tuple[Clause, ...]]

    def readable(self, recorded: bool) -> tuple[Clause, ...]:
        """Clauses to read in full; `recorded`: rows of the type say which organisation recorded them."""
        return merge([*self.read, *self.recorded]) if recorded else self.read


def prohibitions(policy: Policy, kind: str, category: Category) -> list[Prohibition]:
    """The prohibitions of this category that bind this kind of actor."""
    return [rule for rule in policy.prohibitions if rule.category is category and rule.actor in ("*", kind)]


def cell(policy: Policy, kind: str, purpose: str, category: Category) -> Cell:
    """The cell of an actor kind and a category for a purpose: the union of the grants, less the prohibitions."""
    read: list[Clause] = []
    recorded: list[Clause] = []
    reduced: list[Clause] = []
    ids: list[str] = []
    forbidden = {rule.level for rule in prohibitions(policy, kind, category)}
    no_full, no_reduced = forbidden & {Level.FULL, None}, forbidden & {Level.REDUCED, None}
    for grant in policy.grants:
        if grant.actor != kind or purpose not in grant.purposes:
            continue
        before = len(read) + len(recorded) + len(reduced)
        if category in grant.read and not no_full:
            read.append(_clause(grant))
        if category in grant.own_recorded and not no_full:
            recorded.append(_clause(grant, int(Fact.RECORDED)))
        if category in grant.reduced and not no_reduced:
            reduced.append(_clause(grant))
        if len(read) + len(recorded) + len(reduced) > before:
            ids.append(grant.id)
    match = {
        grant.id: (_clause(grant),)
        for grant in policy.grants
        if grant.actor == kind and purpose in grant.purposes and category in grant.match and None not in forbidden
    }
    write = {
        grant.id: (_clause(grant),)
        for grant in policy.grants
        if grant.actor == kind and purpose in grant.purposes and category in grant.write and not no_full
    }
    return Cell(merge(read), merge(recorded), merge(reduced), tuple(ids), match, write)
