"""The decision table: actor kind × purpose × coordinate → decision, enumerated from grants and prohibitions.

docs/policy.md#rule-1, docs/policy.md#rule-7, docs/policy.md#rule-8 and docs/policy.md#rule-9. Pure: a decision never
depends on a date, a link or a restriction of a person; what does is left to the clauses of its rule
(`schema.residual`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from hub.policy.decide.classification import Classification, FieldClass
from hub.policy.decide.client_scope import UNSCOPED, through
from hub.policy.decide.matrix_cells import Cell, cell, meet, merge, prohibitions
from hub.policy.decide.policy_model import Policy
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS, Fact
from schema.residual import Clause, Residual, Rule

NEVER = Rule()
"""The rule without a clause: it holds of no row."""


class Effect(StrEnum):
    """What the table says of a coordinate; where rows matter, the rule's clauses say the rest.

    `MATCH` is of an input: it finds persons by what they have, and tells nothing of it."""

    OPEN = "open"
    ALLOW = "allow"
    MASK = "mask"
    MATCH = "match"
    DENY = "deny"


class Reason(StrEnum):
    """Stable reason codes of `extensions.access`."""

    NOT_YOUR_ROW = "NOT_YOUR_ROW"
    FIELD_NOT_FOR_PURPOSE = "FIELD_NOT_FOR_PURPOSE"
    FIELD_NOT_FOR_ACTOR = "FIELD_NOT_FOR_ACTOR"
    FIELD_NOT_FOR_CLIENT = "FIELD_NOT_FOR_CLIENT"
    OPPOSITION = "OPPOSITION"
    RETENTION_ENDED = "RETENTION_ENDED"
    NOT_HELD = "NOT_HELD"
    FORBIDDEN_INPUT = "FORBIDDEN_INPUT"


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on one coordinate. `rules`: ids of the grants, prohibition or reduction behind it; `instead`: the
    sibling that may be read; `required`: the requirement that denied it (docs/policy.md#rule-7); `needs`: the
    purposes for which it is granted; `silent`: what happens, unsaid, to some of its values (`DROP`, `COARSEN`;
    docs/policy.md#rule-8)."""

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

    `client`: the scope of the application through which it asks, None if it asks itself; `matches`: of each input by
    which persons are found, whom it finds; `rows`: when a row of each personal type exists; `identity`: when a person's
    identity is readable in full; `retentions` and `items` as in `Residual`; `policy` and `schema` are what was decided
    on.
    """

    kind: str
    purpose: str
    decisions: Mapping[str, Decision]
    matches: Mapping[str, Decision]
    rows: Mapping[str, Rule]
    identity: tuple[Clause, ...]
    retentions: tuple[tuple[int, int], ...]
    items: Mapping[str, int]
    digest: str
    policy: Policy = field(repr=False, compare=False)
    schema: Classification = field(repr=False, compare=False)
    client: str | None = None

    @cached_property
    def id(self) -> str:
        """Short stable name of the class: kind, purpose, client and the digest of policy and classification."""
        return sha256(f"{self.kind}\0{self.purpose}\0{self.client!r}\0{self.digest}".encode()).hexdigest()[:16]

    @cached_property
    def whole(self) -> Mapping[str, Decision]:
        """All decisions, on fields and on inputs that find persons."""
        return {**self.decisions, **self.matches}

    def residual(self, coordinates: Iterable[str], types: Iterable[str]) -> Residual:
        """What a subgraph must apply for these personal types and these coordinates, be they fields or inputs that find
        persons; open ones need no rule."""
        decisions = {name: self.whole[name] for name in coordinates}
        return Residual(
            rows={name: self.rows[name] for name in types if name in self.rows},
            fields={
                name: decision.rule
                for name, decision in decisions.items()
                if decision.effect in (Effect.ALLOW, Effect.MASK, Effect.MATCH)
            },
            retentions=self.retentions,
            items={name: self.items[name] for name in types if name in self.items},
        )


class DecisionTable:
    """All decision classes of a policy over a classified schema.

    `classes` are those of actors that ask themselves, enumerated at load; an application's scope intersects them when
    it is first asked through.
    """

    def __init__(self, policy: Policy, classification: Classification) -> None:
        self.policy, self.classification = policy, classification
        self.digest = sha256(f"{policy.digest}\0{classification.digest}".encode()).hexdigest()
        self.classes = {
            (kind, row.purpose): row
            for kind in policy.actors
            for row in _decide_each(policy, classification, kind, self.digest)
        }
        self._known: dict[tuple[str, str, str | None], DecisionClass] = {
            (*pair, None): row for pair, row in self.classes.items()
        }

    def decision_class(self, kind: str, purpose: str, client: str | None = None) -> DecisionClass:
        """The row of the table, through an application of this scope or not; KeyError for a purpose that the kind of
        actor cannot have."""
        known = self._known.get((kind, purpose, client))
        return known if known is not None else self._through(kind, purpose, client)

    def through(self, client: str) -> list[DecisionClass]:
        """The rows that a scope intersects, by kind of user and purpose."""
        scope = self.policy.clients[client]
        pairs = (pair for pair in sorted(self.classes) if pair[0] in scope.users and pair[1] in scope.purposes)
        return [self.decision_class(*pair, client) for pair in pairs]

    def _through(self, kind: str, purpose: str, client: str | None) -> DecisionClass:
        if client is None:
            raise KeyError(client)
        for cut in _decide_each(through(self.policy, client), self.classification, kind, self.digest):
            own = self.classes[kind, cut.purpose]
            decisions = {name: _told(own.decisions[name], each, client) for name, each in cut.decisions.items()}
            matches = {name: _told(own.matches[name], each, client) for name, each in cut.matches.items()}
            made = replace(cut, client=client, decisions=decisions, matches=matches)
            self._known[kind, cut.purpose, client] = made
        return self._known[kind, purpose, client]


def _told(own: Decision, cut: Decision, client: str) -> Decision:
    """A decision through an application: a denial that another purpose lifts is the purpose's; one that the user has
    anyway, the user's; else, the application's."""
    if cut.effect is not Effect.DENY or cut.needs is not None:
        return cut
    if own.effect is Effect.DENY and own.needs is None:
        return replace(own, instead=cut.instead)
    rules = cut.rules or ((client,) if client != UNSCOPED else ())
    return replace(cut, reason=Reason.FIELD_NOT_FOR_CLIENT, rules=rules)


def _decide_each(policy: Policy, schema: Classification, kind: str, digest: str) -> list[DecisionClass]:
    """The classes of a kind of actor, one for each purpose: a denial tells which of the others opens what it denies."""
    rows = [_decide_all(policy, schema, kind, purpose, digest) for purpose in sorted(policy.actors[kind].purposes)]
    opens: dict[str, list[str]] = {}
    for row in rows:
        for name, decision in row.whole.items():
            if decision.effect is not Effect.DENY:
                opens.setdefault(name, []).append(row.purpose)
    return [
        replace(row, decisions=_needing(row.decisions, opens), matches=_needing(row.matches, opens)) for row in rows
    ]


def _needing(decisions: Mapping[str, Decision], opens: Mapping[str, list[str]]) -> dict[str, Decision]:
    return {
        name: replace(decision, reason=Reason.FIELD_NOT_FOR_PURPOSE, needs=", ".join(opens[name]))
        if decision.effect is Effect.DENY and name in opens
        else decision
        for name, decision in decisions.items()
    }


def _decide_all(policy: Policy, schema: Classification, kind: str, purpose: str, digest: str) -> DecisionClass:
    cells = {category: cell(policy, kind, purpose, category) for category in Category}
    items = {name: each.days for each in policy.items.values() if each.binds(kind) for name in each.types}
    own = {name: _decide(policy, schema, kind, cells, field) for name, field in schema.fields.items()}
    own |= {name: _ending(decision) for name, decision in own.items() if schema.fields[name].type in items}
    matches = {name: _match(policy, schema, kind, purpose, name) for name in schema.matches}
    decisions = {
        name: _finding(schema.fields[name], _with_requirements(schema.fields[name], own), matches) for name in own
    }
    rows = {name: _row(schema, name, decisions, cells) for name in sorted(schema.personal)}
    for name, decision in decisions.items():
        field = schema.fields[name]
        if decision.effect is not Effect.DENY and not _leads(field, schema, rows):
            decisions[name] = _denied(policy, kind, field)
    retentions = tuple(sorted((int(r.fact), r.days) for r in policy.retentions.values()))
    identity, ended = cells[Category.ID].read, {name: days for name, days in items.items() if _binds(rows.get(name))}
    return DecisionClass(kind, purpose, decisions, matches, rows, identity, retentions, ended, digest, policy, schema)


def _leads(field: FieldClass, schema: Classification, rows: Mapping[str, Rule]) -> bool:
    """Whether a row can be met through the field; of one that leads to the person who asks alone, be it by a page."""
    nodes = schema.fields.get(f"{field.returns}.nodes") if field.own else None
    returned = rows.get(field.returns if nodes is None else nodes.returns)
    return returned is None or any(not field.own or clause.any_of & Fact.SELF for clause in returned.read)


def _decide(
    policy: Policy,
    schema: Classification,
    kind: str,
    cells: Mapping[Category, Cell],
    field: FieldClass,
) -> Decision:
    if field.category in OPEN:
        return Decision(Effect.OPEN)
    held = cells[field.category]
    recorded = field.type in schema.recorded
    full = held.readable(recorded)
    row = policy.reductions.get((kind, field.coordinate))
    prohibited = any(each.level in (Level.FULL, None) for each in prohibitions(policy, kind, field.category))
    if row is not None and row.how == "whole" and not prohibited:
        full = merge([*full, *held.reduced])
    values = tuple((int(VALUE_FACTS[c]), cells[c].readable(recorded)) for c in sorted(field.values))
    silent = field.action if any(set(full) - set(clauses) for _, clauses in values) else None
    if field.level is Level.REDUCED:
        named = [row for row in policy.reductions.values() if row.actor == kind and row.sibling == field.coordinate]
        read = merge([*full, *(held.reduced if named else ())])
        if read:
            return Decision(Effect.ALLOW, rule=Rule(read, values), rules=held.grants, silent=silent)
        return _denied(policy, kind, field)
    masked = held.reduced if row is not None and row.mask is not None else ()
    if full or masked:
        rule = Rule(full, values, masked, row.mask if row is not None and masked else None)
        effect = Effect.ALLOW if full else Effect.MASK
        return Decision(effect, rule=rule, rules=held.grants, silent=silent)
    sibling = row.sibling if row is not None and held.reduced and row.sibling in schema.fields else None
    return replace(_denied(policy, kind, field), instead=sibling)


def _ending(decision: Decision) -> Decision:
    """A decision on a field of a row that ends by its own day: nothing of it is read then, but by the person itself."""
    rule = decision.rule
    return replace(decision, rule=replace(rule, read=_until(rule.read), reduced=_until(rule.reduced)))


def _until(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    found = []
    for clause in clauses:
        if others := clause.any_of & ~int(Fact.SELF):
            found.append(replace(clause, any_of=others, none_of=clause.none_of | int(Fact.ITEM_ENDED)))
        if clause.any_of & Fact.SELF:
            found.append(replace(clause, any_of=int(Fact.SELF)))
    return merge(found)


def _binds(rule: Rule | None) -> bool:
    return rule is not None and any(clause.none_of & Fact.ITEM_ENDED for clause in rule.read)


def _match(policy: Policy, schema: Classification, kind: str, purpose: str, name: str) -> Decision:
    """Whom an input finds: those by whose category a grant matches, and of whom all is read that the input reveals."""
    found = _matched(policy, schema, kind, purpose, name)
    if found:
        return Decision(
            Effect.MATCH, rule=Rule(merge(c for clauses in found.values() for c in clauses)), rules=tuple(found)
        )
    return _refused(p.id for p in prohibitions(policy, kind, schema.matches[name]) if p.level is None)


def _matched(
    policy: Policy, schema: Classification, kind: str, purpose: str, name: str
) -> dict[str, tuple[Clause, ...]]:
    """The clauses under which an input finds a person, by the grant that gives them."""
    found = dict(cell(policy, kind, purpose, schema.matches[name]).match)
    for coordinate in schema.inputs[name].reads:
        field = schema.fields[coordinate]
        readable = cell(policy, kind, purpose, field.category).readable(field.type in schema.recorded)
        found = {grant: clauses for grant, given in found.items() if (clauses := meet(given, readable))}
    return found


def _finding(field: FieldClass, decision: Decision, matches: Mapping[str, Decision]) -> Decision:
    """A field that finds persons finds those whom one of its inputs does, as far as it may be read at all."""
    if not field.matches or decision.effect is Effect.DENY:
        return decision
    inputs = [matches[name] for name in sorted(field.matches)]
    clauses = meet(decision.rule.read, [clause for each in inputs for clause in each.rule.read])
    if clauses:
        rules = sorted({rule for each in inputs if each.effect is Effect.MATCH for rule in each.rules})
        return replace(decision, rule=replace(decision.rule, read=clauses), rules=tuple(rules))
    return _refused(rule for each in inputs for rule in each.rules)


def _denied(policy: Policy, kind: str, field: FieldClass) -> Decision:
    return _refused(p.id for p in prohibitions(policy, kind, field.category) if p.level in (field.level, None))


def _refused(rules: Iterable[str]) -> Decision:
    """A denial by these rules, as far as its own purpose goes."""
    return Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=tuple(rules))


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
            return Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=needed.rules, required=required)
        if decision.effect is Effect.OPEN:
            decision = Decision(Effect.ALLOW, rule=needed.rule, rules=needed.rules)
            clauses = needed.rule.read
        else:
            clauses, masked = meet(clauses, needed.rule.read), meet(masked, needed.rule.read)
        if not clauses and not masked:
            return Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=needed.rules, required=required)
    return replace(decision, rule=replace(decision.rule, read=clauses, reduced=masked))


def _row(schema: Classification, name: str, decisions: Mapping[str, Decision], cells: Mapping[Category, Cell]) -> Rule:
    """A row of a personal type exists for whoever may read anything of it; a DROP field binds its whole row."""
    fields = [schema.fields[coordinate] for coordinate in schema.members[name]]
    clauses = [c for f in fields for c in (*decisions[f.coordinate].rule.read, *decisions[f.coordinate].rule.reduced)]
    dropped = frozenset(c for field in fields if field.action == "DROP" for c in field.values)
    return Rule(
        merge(clauses),
        tuple((int(VALUE_FACTS[c]), cells[c].readable(name in schema.recorded)) for c in sorted(dropped)),
    )
