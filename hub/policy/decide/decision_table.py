"""The decision table: actor kind × purpose × coordinate → decision, enumerated from grants and prohibitions.

docs/policy.md#rule-1, docs/policy.md#rule-7, docs/policy.md#rule-8 and docs/policy.md#rule-9. Pure: a decision never
depends on a date, a link or a restriction of a person; those are left to the clauses of its rule (`schema.residual`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from operator import attrgetter

from hub.policy.decide.classification import Classification, FieldClass
from hub.policy.decide.client_scope import UNSCOPED, through
from hub.policy.decide.decision import Decision, DecisionClass, Effect, Reason
from hub.policy.decide.matrix_cells import Cell, cell, intersect, merge, prohibitions
from hub.policy.decide.policy_model import Policy
from schema.categories import OPEN, Category, Level
from schema.facts import VALUE_FACTS, Fact
from schema.residual import Clause, Rule

PERSON = "Person"
"""The type of people, of whom the rows of the other personal types are."""


class DecisionTable:
    """All decision classes of a policy over a classified schema.

    `classes` are those of actors that ask directly, enumerated at load; an application's scope intersects them when the
    application is first used.
    """

    def __init__(self, policy: Policy, classification: Classification) -> None:
        self.policy, self.classification = policy, classification
        self.digest = sha256(f"{policy.digest}\0{classification.digest}".encode()).hexdigest()
        self.classes = {
            (kind, row.purpose): row
            for kind in policy.actors
            for row in _classes_of(policy, classification, kind, self.digest)
        }
        self._cache: dict[tuple[str, str, str | None], DecisionClass] = {
            (*pair, None): row for pair, row in self.classes.items()
        }

    def decision_class(self, kind: str, purpose: str, client: str | None = None) -> DecisionClass:
        """The class of an actor kind and a purpose, through an application of this scope or directly; KeyError for a
        purpose that the kind of actor cannot have."""
        row = self._cache.get((kind, purpose, client))
        return row if row is not None else self._through(kind, purpose, client)

    def through(self, client: str) -> list[DecisionClass]:
        """The classes of an application's scope, by kind of user and purpose."""
        scope = self.policy.clients[client]
        pairs = (pair for pair in sorted(self.classes) if pair[0] in scope.users and pair[1] in scope.purposes)
        return [self.decision_class(*pair, client) for pair in pairs]

    def _through(self, kind: str, purpose: str, client: str | None) -> DecisionClass:
        if client is None:
            raise KeyError(client)
        for scoped in _classes_of(through(self.policy, client), self.classification, kind, self.digest):
            direct = self.classes[kind, scoped.purpose]
            self._cache[kind, scoped.purpose, client] = replace(
                scoped,
                client=client,
                decisions=_with_cause(direct.decisions, scoped.decisions, client),
                matches=_with_cause(direct.matches, scoped.matches, client),
                writes=_with_cause(direct.writes, scoped.writes, client),
            )
        return self._cache[kind, purpose, client]


def _with_cause(direct: Mapping[str, Decision], scoped: Mapping[str, Decision], client: str) -> dict[str, Decision]:
    """The decisions through an application, each denial with its cause: the purpose, if another one lifts it; the user,
    if it is denied directly too; else the application."""
    decisions = dict(scoped)
    for name, decision in scoped.items():
        if decision.effect is not Effect.DENY or decision.granted_for is not None:
            continue
        own = direct[name]
        if own.effect is Effect.DENY and own.granted_for is None:
            decisions[name] = replace(own, instead=decision.instead)
        else:
            rules = decision.rules or ((client,) if client != UNSCOPED else ())
            decisions[name] = replace(decision, reason=Reason.FIELD_NOT_FOR_CLIENT, rules=rules)
    return decisions


def _classes_of(policy: Policy, schema: Classification, kind: str, digest: str) -> list[DecisionClass]:
    """The classes of a kind of actor, one per purpose; a denial names the purposes that lift it.

    Purposes with the same cells share their decisions, which are made once.
    """
    alike: list[tuple[Mapping[Category, Cell], list[str]]] = []
    for purpose in sorted(policy.actors[kind].purposes):
        cells = {category: cell(policy, kind, purpose, category) for category in Category}
        purposes = next((purposes for known_cells, purposes in alike if known_cells == cells), None)
        if purposes is None:
            alike.append((cells, [purpose]))
        else:
            purposes.append(purpose)
    rows = [(_decide_all(policy, schema, kind, purposes[0], cells, digest), purposes) for cells, purposes in alike]
    granted: dict[str, list[str]] = {}
    for row, purposes in rows:
        for name, decision in row.by_coordinate.items():
            if decision.effect is not Effect.DENY:
                granted.setdefault(name, []).extend(purposes)
    classes = []
    for row, purposes in rows:
        with_purposes = replace(
            row,
            decisions=_with_purposes(row.decisions, granted),
            matches=_with_purposes(row.matches, granted),
            writes=_with_purposes(row.writes, granted),
        )
        classes += [replace(with_purposes, purpose=purpose) for purpose in purposes]
    return sorted(classes, key=attrgetter("purpose"))


def _with_purposes(decisions: Mapping[str, Decision], purposes: Mapping[str, list[str]]) -> dict[str, Decision]:
    """The decisions; a denial that holds for some purposes only names those for which the coordinate is granted."""
    return {
        name: replace(decision, reason=Reason.FIELD_NOT_FOR_PURPOSE, granted_for=", ".join(sorted(purposes[name])))
        if decision.effect is Effect.DENY and name in purposes
        else decision
        for name, decision in decisions.items()
    }


def _decide_all(
    policy: Policy, schema: Classification, kind: str, purpose: str, cells: Mapping[Category, Cell], digest: str
) -> DecisionClass:
    days = {name: period.days for period in policy.items.values() if period.binds(kind) for name in period.types}
    own = {name: _decide(policy, schema, kind, cells, field) for name, field in schema.fields.items()}
    own |= {name: _ending(decision) for name, decision in own.items() if schema.fields[name].type in days}
    matches = {name: _match(policy, schema, kind, cells, name) for name in schema.matches}
    decisions = {
        name: _search(schema.fields[name], _with_requirements(schema.fields[name], own), matches) for name in own
    }
    rows = {name: _row(schema, name, decisions, cells) for name in sorted(schema.personal)}
    rows |= {name: rows[PERSON] for name in schema.personal if _says_that_it_is(schema, name)}
    writes = {name: _write(policy, schema, kind, cells, decisions, name) for name in schema.writes}
    for name, decision in decisions.items():
        field = schema.fields[name]
        if unwritten := [writes[input_] for input_ in sorted(field.writes) if writes[input_].effect is Effect.DENY]:
            decisions[name] = _refused(unwritten[0].rules)
            continue
        if decision.effect is not Effect.DENY and not _leads_to_rows(field, schema, rows):
            decisions[name] = _denied(policy, kind, field)
    return DecisionClass(
        kind=kind,
        purpose=purpose,
        decisions=decisions,
        matches=matches,
        writes=writes,
        rows=rows,
        identity=cells[Category.ID].read,
        retentions=tuple(sorted((int(retention.fact), retention.days) for retention in policy.retentions.values())),
        items={name: number for name, number in days.items() if _ends(rows.get(name))},
        digest=digest,
        policy=policy,
        schema=schema,
    )


def _leads_to_rows(field: FieldClass, schema: Classification, rows: Mapping[str, Rule]) -> bool:
    """Whether any row can be reached through the field; through a `self_only` field, or the page that it returns, only
    a row of the person who asks."""
    nodes = schema.fields.get(f"{field.returns}.nodes") if field.self_only else None
    row = rows.get(field.returns if nodes is None else nodes.returns)
    return row is None or any(not field.self_only or clause.any_of & Fact.SELF for clause in row.read)


def _decide(
    policy: Policy, schema: Classification, kind: str, cells: Mapping[Category, Cell], field: FieldClass
) -> Decision:
    """The decision on one field by its own category, before its requirements."""
    if field.category in OPEN:
        return Decision(Effect.OPEN)
    category_cell = cells[field.category]
    recorded = field.type in schema.recorded
    full = category_cell.readable(recorded)
    reduction = policy.reductions.get((kind, field.coordinate))
    whole = reduction is not None and reduction.how == "whole"
    if whole and field.level is Level.FULL:
        prohibited = any(rule.level in (Level.FULL, None) for rule in prohibitions(policy, kind, field.category))
        full = full if prohibited else merge([*full, *category_cell.reduced])
    values = tuple((int(VALUE_FACTS[c]), cells[c].readable(recorded)) for c in sorted(field.values))
    silent = field.action if any(set(full) - set(clauses) for _, clauses in values) else None
    if field.level is Level.REDUCED:
        opened = whole or _is_sibling(policy, kind, field.coordinate)
        read = merge([*full, *(category_cell.reduced if opened else ())])
        if read:
            return Decision(Effect.ALLOW, rule=Rule(read, values), rules=category_cell.grants, silent=silent)
        return _denied(policy, kind, field)
    mask = reduction.mask if reduction is not None else None
    masked = category_cell.reduced if mask is not None else ()
    if full or masked:
        rule = Rule(full, values, masked, mask if masked else None)
        effect = Effect.ALLOW if full else Effect.MASK
        return Decision(effect, rule=rule, rules=category_cell.grants, silent=silent)
    denied = _denied(policy, kind, field)
    sibling = reduction.sibling if reduction is not None and category_cell.reduced else None
    return replace(denied, instead=sibling) if sibling in schema.fields else denied


def _is_sibling(policy: Policy, kind: str, coordinate: str) -> bool:
    """Whether a reduction of this kind of actor opens the coordinate in place of another one."""
    return any(row.actor == kind and row.sibling == coordinate for row in policy.reductions.values())


def _ending(decision: Decision) -> Decision:
    """A decision on a field of a row that ends by its own day: only the person itself reads it afterwards."""
    rule = decision.rule
    return replace(decision, rule=replace(rule, read=_until_end(rule.read), reduced=_until_end(rule.reduced)))


def _until_end(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    ending = []
    for clause in clauses:
        if not_self := clause.any_of & ~int(Fact.SELF):
            ending.append(replace(clause, any_of=not_self, none_of=clause.none_of | int(Fact.ITEM_ENDED)))
        if clause.any_of & Fact.SELF:
            ending.append(replace(clause, any_of=int(Fact.SELF)))
    return merge(ending)


def _ends(rule: Rule | None) -> bool:
    """Whether the row's own duration closes any clause of its rule."""
    return rule is not None and any(clause.none_of & Fact.ITEM_ENDED for clause in rule.read)


def _match(policy: Policy, schema: Classification, kind: str, cells: Mapping[Category, Cell], name: str) -> Decision:
    """The decision on an input that finds persons: a grant matches by its category and reads all that it reveals."""
    by_grant = _matching_clauses(schema, cells, name)
    if by_grant:
        clauses = merge(clause for clauses in by_grant.values() for clause in clauses)
        return Decision(Effect.MATCH, rule=Rule(clauses), rules=tuple(by_grant))
    return _refused(rule.id for rule in prohibitions(policy, kind, schema.matches[name]) if rule.level is None)


def _matching_clauses(
    schema: Classification, cells: Mapping[Category, Cell], name: str
) -> dict[str, tuple[Clause, ...]]:
    """The clauses under which an input finds a person, by the grant that gives them."""
    by_grant = dict(cells[schema.matches[name]].match)
    for coordinate in schema.inputs[name].reads:
        field = schema.fields[coordinate]
        readable = cells[field.category].readable(field.type in schema.recorded)
        by_grant = {grant: common for grant, clauses in by_grant.items() if (common := intersect(clauses, readable))}
    return by_grant


def _write(
    policy: Policy,
    schema: Classification,
    kind: str,
    cells: Mapping[Category, Cell],
    decisions: Mapping[str, Decision],
    name: str,
) -> Decision:
    """The decision on an input that is written: a grant writes its category, and the field is read in full by the same
    relation; a value of a stricter category needs both of that category too. What is replaced must be wholly
    known: an input that overwrites needs all stricter categories, whatever its value (docs/policy.md#rule-15)."""
    input_ = schema.inputs[name]
    field = schema.fields[str(input_.writes)]
    by_grant = {
        grant: common
        for grant, clauses in cells[schema.writes[name]].write.items()
        if (common := intersect(clauses, decisions[field.coordinate].rule.read))
    }
    recorded = field.type in schema.recorded
    stricter = {
        category: intersect(
            [clause for clauses in cells[category].write.values() for clause in clauses],
            cells[category].readable(recorded),
        )
        for category in sorted(field.values)
    }
    clauses = merge(clause for clauses in by_grant.values() for clause in clauses)
    if input_.overwrites:
        for category in stricter:
            clauses = intersect(clauses, cells[category].readable(recorded))
    if not clauses or decisions[field.coordinate].effect is Effect.DENY:
        return _denied(policy, kind, field)
    values = tuple((int(VALUE_FACTS[category]), common) for category, common in stricter.items())
    return Decision(Effect.WRITE, rule=Rule(clauses, values), rules=tuple(by_grant))


def _search(field: FieldClass, decision: Decision, matches: Mapping[str, Decision]) -> Decision:
    """The decision on a field, narrowed for one that finds persons to those whom its inputs may find."""
    if not field.matches or decision.effect is Effect.DENY:
        return decision
    inputs = [matches[name] for name in sorted(field.matches)]
    clauses = intersect(decision.rule.read, [clause for match in inputs for clause in match.rule.read])
    if clauses:
        rules = sorted({rule for match in inputs if match.effect is Effect.MATCH for rule in match.rules})
        return replace(decision, rule=replace(decision.rule, read=clauses), rules=tuple(rules))
    return _refused(rule for match in inputs for rule in match.rules)


def _denied(policy: Policy, kind: str, field: FieldClass) -> Decision:
    """A denial of the field, by the prohibitions of its category and level if there are any."""
    rules = prohibitions(policy, kind, field.category)
    return _refused(rule.id for rule in rules if rule.level in (field.level, None))


def _refused(rules: Iterable[str]) -> Decision:
    """A denial by these rules, before other purposes are looked at."""
    return Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=tuple(rules))


def _with_requirements(field: FieldClass, own: Mapping[str, Decision]) -> Decision:
    """The field's own decision, intersected with those on all that it requires (docs/policy.md#rule-7)."""
    decision = own[field.coordinate]
    if decision.effect is Effect.DENY or not field.requires:
        return decision
    clauses, masked = decision.rule.read, decision.rule.reduced
    for required in sorted(field.requires):
        requirement = own[required]
        if requirement.effect is Effect.OPEN:
            continue
        denial = Decision(Effect.DENY, Reason.FIELD_NOT_FOR_ACTOR, rules=requirement.rules, required=required)
        if not requirement.rule.read:
            return denial
        if decision.effect is Effect.OPEN:
            decision = Decision(Effect.ALLOW, rule=requirement.rule, rules=requirement.rules)
            clauses = requirement.rule.read
        else:
            clauses, masked = intersect(clauses, requirement.rule.read), intersect(masked, requirement.rule.read)
        if not clauses and not masked:
            return denial
    return replace(decision, rule=replace(decision.rule, read=clauses, reduced=masked))


def _says_that_it_is(schema: Classification, name: str) -> bool:
    """Whether a personal type has open fields alone: its row tells that its person exists."""
    return all(schema.fields[coordinate].category in OPEN for coordinate in schema.members[name])


def _row(schema: Classification, name: str, decisions: Mapping[str, Decision], cells: Mapping[Category, Cell]) -> Rule:
    """When a row of a personal type exists: if the actor may read any field; a DROP field binds the whole row."""
    fields = [schema.fields[coordinate] for coordinate in schema.members[name]]
    rules = [decisions[field.coordinate].rule for field in fields]
    clauses = [clause for rule in rules for clause in (*rule.read, *rule.reduced)]
    dropped = frozenset(c for field in fields if field.action == "DROP" for c in field.values)
    return Rule(
        merge(clauses),
        tuple((int(VALUE_FACTS[c]), cells[c].readable(name in schema.recorded)) for c in sorted(dropped)),
    )
