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


def meet(left: Iterable[Clause], right: Iterable[Clause]) -> tuple[Clause, ...]:
    """Clauses under which both hold *by the same relation* (docs/policy.md#rule-7)."""
    met = {
        Clause(a.any_of & b.any_of, a.all_of | b.all_of, a.none_of | b.none_of)
        for a in left
        for b in right
        if a.any_of & b.any_of
    }
    return merge(met)


def merge(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The same set of clauses with those that differ only in their relations joined, in a stable order."""
    joined: dict[tuple[int, int], int] = {}
    for clause in clauses:
        key = (clause.all_of, clause.none_of)
        joined[key] = joined.get(key, 0) | clause.any_of
    return tuple(sorted(Clause(any_of, *key) for key, any_of in joined.items()))


def _clause(grant: Grant, all_of: int = 0) -> Clause:
    """A grant's condition on the row: what the person asked binds as far as the basis goes, and the duration does."""
    none_of = Fact(0)
    if grant.basis.limitation:
        none_of |= Fact.LIMITATION | Fact.ERASURE_DUE
    if grant.basis.opposition:
        none_of |= Fact.OPPOSITION
    if grant.retention is not None:
        none_of |= grant.retention.fact
    return Clause(int(grant.relations), all_of, int(none_of))


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix: clauses to read, to read what one's own organisation recorded, and to read reduced, and
    the grants that give them; beside them, the clauses to match that each grant gives."""

    read: tuple[Clause, ...]
    recorded: tuple[Clause, ...]
    reduced: tuple[Clause, ...]
    grants: tuple[str, ...]
    match: Mapping[str, tuple[Clause, ...]]

    def readable(self, recorded: bool) -> tuple[Clause, ...]:
        """Clauses to read in full, of a type whose rows say who recorded them or not."""
        return merge([*self.read, *self.recorded]) if recorded else self.read


def prohibitions(policy: Policy, kind: str, category: Category) -> list[Prohibition]:
    """The prohibitions of this category that bind this kind of actor."""
    return [p for p in policy.prohibitions if p.category is category and p.actor in ("*", kind)]


def cell(policy: Policy, kind: str, purpose: str, category: Category) -> Cell:
    """What the grants that serve this purpose give this kind of actor of a category, but for what is prohibited."""
    read: list[Clause] = []
    recorded: list[Clause] = []
    reduced: list[Clause] = []
    ids: list[str] = []
    forbidden = {p.level for p in prohibitions(policy, kind, category)}
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
    return Cell(merge(read), merge(recorded), merge(reduced), tuple(ids), match)
