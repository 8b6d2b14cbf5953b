"""The decision table: actor kind × purpose × coordinate → decision, enumerated from grants and prohibitions.

policy.md rules 1, 7, 8 and 9. Pure: a decision never depends on a date, a link or a restriction of a person; what does
is left to the clauses of its rule (`schema.residual`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from hub.policy.classification import Classification, FieldClass
from hub.policy.model import Grant, Policy, Prohibition
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS, Fact
from schema.residual import Clause, Residual, Rule

NEVER = Rule()
"""The rule without a clause: it holds of no row."""


class Effect(StrEnum):
    """What the table says of a coordinate; where rows matter, the rule's clauses say the rest."""

    OPEN = "open"
    ALLOW = "allow"
    MASK = "mask"
    DENY = "deny"


class Reason(StrEnum):
    """Stable reason codes of `extensions.access`."""

    NOT_YOUR_ROW = "NOT_YOUR_ROW"
    FIELD_NOT_FOR_PURPOSE = "FIELD_NOT_FOR_PURPOSE"
    FIELD_NOT_FOR_ACTOR = "FIELD_NOT_FOR_ACTOR"
    OPPOSITION = "OPPOSITION"
    RETENTION_ENDED = "RETENTION_ENDED"
    NOT_HELD = "NOT_HELD"
    FORBIDDEN_INPUT = "FORBIDDEN_INPUT"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one coordinate. `rules`: ids of the grants, prohibition or reduction behind it; `instead`: the
    sibling that may be read; `required`: the requirement that denied it (rule 7); `needs`: the purposes for which it is
    granted; `silent`: what happens, unsaid, to some of its values (`DROP`, `COARSEN`; rule 8)."""

    effect: Effect
    reason: Reason | None = None
    rule: Rule = NEVER
    rules: tuple[str, ...] = ()
    instead: str | None = None
    required: str | None = None
    needs: str | None = None
    silent: str | None = None


@dataclass(frozen=True)
class DecisionClass:
    """Every decision for one actor kind and purpose; equal classes have equal ids and share plans.

    `rows`: when a row of each personal type exists; `identity`: when a person's identity is readable in full.
    """

    kind: str
    purpose: str
    decisions: Mapping[str, Decision]
    rows: Mapping[str, Rule]
    identity: tuple[Clause, ...]
    retentions: tuple[tuple[int, int], ...]
    digest: str

    @cached_property
    def id(self) -> str:
        """Short stable name of the class: kind, purpose and the digest of policy and classification."""
        return sha256(f"{self.kind}\0{self.purpose}\0{self.digest}".encode()).hexdigest()[:16]

    def residual(self, coordinates: Iterable[str], types: Iterable[str]) -> Residual:
        """What a subgraph must apply for these coordinates and personal types; open coordinates need no rule."""
        decisions = {name: self.decisions[name] for name in coordinates}
        return Residual(
            rows={name: self.rows[name] for name in types if name in self.rows},
            fields={
                name: decision.rule
                for name, decision in decisions.items()
                if decision.effect in (Effect.ALLOW, Effect.MASK)
            },
            retentions=self.retentions,
        )


class DecisionTable:
    """All decision classes of a policy over a classified schema, enumerated at load."""

    def __init__(self, policy: Policy, classification: Classification) -> None:
        self.policy, self.classification = policy, classification
        self.digest = sha256(f"{policy.digest}\0{classification.digest}".encode()).hexdigest()
        self.classes = {
            (kind.name, purpose): _decide_all(policy, classification, kind.name, purpose, self.digest)
            for kind in policy.actors.values()
            for purpose in sorted(kind.purposes)
        }

    def decision_class(self, kind: str, purpose: str) -> DecisionClass:
        """The row of the table; KeyError for a purpose that the kind of actor cannot have."""
        return self.classes[kind, purpose]


def meet(left: Iterable[Clause], right: Iterable[Clause]) -> tuple[Clause, ...]:
    """Clauses under which both hold *by the same relation*: rule 7 decides per relation."""
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


def _clause(grant: Grant, all_of: int = 0) -> list[Clause]:
    """A grant's condition on the row: restrictions bind everyone but the person itself, as far as the basis goes."""
    others = grant.relations & ~Fact.SELF
    none_of = Fact.LIMITATION | Fact.ERASURE_DUE
    if grant.basis.opposition:
        none_of |= Fact.OPPOSITION
    if grant.retention is not None:
        none_of |= grant.retention.fact
    clauses = [Clause(int(others), all_of, int(none_of))] if others else []
    if grant.relations & Fact.SELF:
        clauses.append(Clause(int(Fact.SELF), all_of))
    return clauses


@dataclass(frozen=True, slots=True)
class _Cell:
    """One cell of the matrix: clauses to read, to read what one's own organisation recorded, and to read reduced; and
    the grants that give them."""

    read: tuple[Clause, ...]
    recorded: tuple[Clause, ...]
    reduced: tuple[Clause, ...]
    grants: tuple[str, ...]

    def readable(self, recorded: bool) -> tuple[Clause, ...]:
        """Clauses to read in full, of a type whose rows say who recorded them or not."""
        return merge([*self.read, *self.recorded]) if recorded else self.read


def prohibitions(policy: Policy, kind: str, category: Category) -> list[Prohibition]:
    """The prohibitions of this category that bind this kind of actor."""
    return [p for p in policy.prohibitions if p.category is category and p.actor in ("*", kind)]


def _cell(policy: Policy, kind: str, purpose: str, category: Category) -> _Cell:
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
            read += _clause(grant)
        if category in grant.own_recorded and not no_full:
            recorded += _clause(grant, int(Fact.RECORDED))
        if category in grant.reduced and not no_reduced:
            reduced += _clause(grant)
        if len(read) + len(recorded) + len(reduced) > before:
            ids.append(grant.id)
    return _Cell(merge(read), merge(recorded), merge(reduced), tuple(ids))


def _decide_all(policy: Policy, schema: Classification, kind: str, purpose: str, digest: str) -> DecisionClass:
    cells = {category: _cell(policy, kind, purpose, category) for category in Category}
    own = {name: _decide(policy, schema, kind, purpose, cells, field) for name, field in schema.fields.items()}
    decisions = {name: _with_requirements(schema.fields[name], own) for name in own}
    rows = {name: _row(schema, name, decisions, cells) for name in sorted(schema.personal)}
    for name, decision in decisions.items():
        returned = rows.get(schema.fields[name].returns)
        if returned is not None and not returned.read and decision.effect is not Effect.DENY:
            decisions[name] = _denied(
                policy, kind, purpose, schema.fields[name], schema.fields[name].type in schema.recorded
            )
    retentions = tuple(sorted((int(r.fact), r.days) for r in policy.retentions.values()))
    return DecisionClass(kind, purpose, decisions, rows, cells[Category.ID].read, retentions, digest)


def _decide(
    policy: Policy,
    schema: Classification,
    kind: str,
    purpose: str,
    cells: Mapping[Category, _Cell],
    field: FieldClass,
) -> Decision:
    if field.category in OPEN:
        return Decision(Effect.OPEN)
    cell = cells[field.category]
    recorded = field.type in schema.recorded
    full = cell.readable(recorded)
    values = tuple((int(VALUE_FACTS[c]), cells[c].readable(recorded)) for c in sorted(field.values))
    silent = field.action if any(set(full) - set(clauses) for _, clauses in values) else None
    if field.level is Level.REDUCED:
        named = [row for row in policy.reductions.values() if row.actor == kind and row.sibling == field.coordinate]
        read = merge([*full, *(cell.reduced if named else ())])
        if read:
            return Decision(Effect.ALLOW, rule=Rule(read, values), rules=cell.grants, silent=silent)
        return _denied(policy, kind, purpose, field, recorded)
    row = policy.reductions.get((kind, field.coordinate))
    masked = cell.reduced if row is not None and row.mask is not None else ()
    if full or masked:
        rule = Rule(full, values, masked, row.mask if row is not None and masked else None)
        effect = Effect.ALLOW if full else Effect.MASK
        return Decision(effect, rule=rule, rules=cell.grants, silent=silent)
    sibling = row.sibling if row is not None and cell.reduced and row.sibling in schema.fields else None
    return replace(_denied(policy, kind, purpose, field, recorded), instead=sibling)


def _denied(policy: Policy, kind: str, purpose: str, field: FieldClass, recorded: bool) -> Decision:
    found = [p.id for p in prohibitions(policy, kind, field.category) if p.level in (field.level, None)]
    others = sorted(
        code
        for code in policy.actors[kind].purposes - {purpose}
        if _cell(policy, kind, code, field.category).readable(recorded)
    )
    reason = Reason.FIELD_NOT_FOR_PURPOSE if others else Reason.FIELD_NOT_FOR_ACTOR
    return Decision(Effect.DENY, reason, rules=tuple(found), needs=", ".join(others) or None)


def _with_requirements(field: FieldClass, own: Mapping[str, Decision]) -> Decision:
    decision = own[field.coordinate]
    if decision.effect is Effect.DENY:
        return decision
    clauses, masked = decision.rule.read, decision.rule.reduced
    for required in sorted(field.requires):
        needed = own[required]
        if needed.effect is Effect.OPEN:
            continue
        if not needed.rule.read:
            reason = needed.reason or Reason.FIELD_NOT_FOR_ACTOR
            return Decision(Effect.DENY, reason, rules=needed.rules, required=required, needs=needed.needs)
        if decision.effect is Effect.OPEN:
            decision = Decision(Effect.ALLOW, rule=needed.rule, rules=needed.rules)
            clauses = needed.rule.read
        else:
            clauses, masked = meet(clauses, needed.rule.read), meet(masked, needed.rule.read)
        if not clauses and not masked:
            return Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=needed.rules, required=required)
    return replace(decision, rule=replace(decision.rule, read=clauses, reduced=masked))


def _row(schema: Classification, name: str, decisions: Mapping[str, Decision], cells: Mapping[Category, _Cell]) -> Rule:
    """A row of a personal type exists for whoever may read anything of it; a DROP field binds its whole row."""
    fields = [schema.fields[coordinate] for coordinate in schema.members[name]]
    clauses = [c for f in fields for c in (*decisions[f.coordinate].rule.read, *decisions[f.coordinate].rule.reduced)]
    dropped = frozenset(c for field in fields if field.action == "DROP" for c in field.values)
    return Rule(
        merge(clauses),
        tuple((int(VALUE_FACTS[c]), cells[c].readable(name in schema.recorded)) for c in sorted(dropped)),
    )
