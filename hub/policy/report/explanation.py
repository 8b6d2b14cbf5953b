"""Explain whether one field is read by a kind of actor for a purpose, step by step along its path, with the law.

docs/policy.md#rule-11, before any request: what the table decides, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.errors import HubError
from hub.federation.operations.operation import INTERNAL_FIELDS
from hub.policy.decide.by_relation import by_relation
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision import Decision, DecisionClass, Effect, Reason
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Grant, Policy
from hub.policy.decide.remedy import relation_remedy, table_remedy, value_remedy
from hub.policy.decide.wording import EFFECTS, REASONS, client_label, condition, value, values
from schema.categories import OPEN, Category
from schema.facts import VALUE_FACTS, Fact


class UnknownField(HubError):
    """The path names no field of the graph."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__("FIELD_UNKNOWN", f"« {path} » n'est pas un champ du graphe : {problem}.", f"{path}: {problem}")


def path_coordinates(path: str, schema: Classification) -> list[str]:
    """The coordinates along `Type.field.field…`; the last may be a value of an enum, and an input that finds persons or
    is written is a path of its own. Raises UnknownField (FIELD_UNKNOWN)."""
    if path in schema.matches or path in schema.writes:
        return [path]
    type_name, *names = path.split(".")
    if (type_name not in schema.members and not _carriers(type_name, schema)) or not names:
        raise UnknownField(path, "écrivez « Type.champ » ou un chemin, comme « Person.contact.phones »")
    coordinates = []
    for name in names:
        coordinate = f"{type_name}.{name}"
        if name in schema.enums.get(type_name, ()):
            coordinates.append(coordinate)
            type_name = coordinate
            continue
        if name in INTERNAL_FIELDS or coordinate not in schema.fields:  # what is internal fails as a typo does
            raise UnknownField(path, f"« {type_name} » n'a pas de champ « {name} »")
        coordinates.append(coordinate)
        type_name = schema.fields[coordinate].returns
    return coordinates


@dataclass(frozen=True, slots=True)
class Step:
    """The decision on one coordinate; `lines` explain it, a line indented by two spaces the line above it."""

    coordinate: str
    effect: Effect
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PathExplanation:
    """An explanation: the question as `title`, each step, and the sentence for a path `closed` before its end."""

    title: str
    steps: tuple[Step, ...]
    closed: str | None


def explain_path(path: str, row: DecisionClass, table: DecisionTable, relation: Fact | None = None) -> PathExplanation:
    """The decision on each step of the path, its conditions, rules and legal texts; for a denial, its remedy.

    With a `relation`, for rows that nothing else links to the actor. Raises UnknownField (FIELD_UNKNOWN).
    """
    actor, purpose = table.policy.actors[row.kind], table.policy.purposes[row.purpose]
    title = f"{path} — {actor.label} ({row.kind}), « {purpose.label} » ({row.purpose} : {purpose.legal})"
    if row.client is not None:
        title += f", par une application {client_label(row.client, table.policy)}"
    if relation is not None:
        title += f", par la relation {relation.name} ({table.policy.relations[relation].label})"
    names = path_coordinates(path, table.classification)
    steps = tuple(
        _field_step(name, row, table, relation)
        if name in row.by_coordinate
        else _value_step(name, names[:-1], row, table, relation)
        for name in names
    )
    denied = [step.coordinate for step in steps if step.effect is Effect.DENY]
    before_end = bool(denied) and denied[0] != steps[-1].coordinate
    return PathExplanation(
        title, steps, f"Par ce chemin, rien ne se lit : {denied[0]} est refusé." if before_end else None
    )


def explanation_text(path: str, row: DecisionClass, table: DecisionTable, relation: Fact | None = None) -> str:
    """The explanation as text."""
    explanation = explain_path(path, row, table, relation)
    lines = [explanation.title]
    for step in explanation.steps:
        lines += [f"{step.coordinate} : {EFFECTS[step.effect]}", *(f"  {line}" for line in step.lines)]
    lines += [explanation.closed] if explanation.closed is not None else []
    return "\n".join(lines) + "\n"


def _field_step(coordinate: str, row: DecisionClass, table: DecisionTable, relation: Fact | None) -> Step:
    """The decision on a field, or on an input that finds persons or is written."""
    schema, policy, decision = table.classification, row.policy, row.by_coordinate[coordinate]
    related = decision if relation is None else by_relation(decision, relation, policy)
    category = schema.category(coordinate)
    lines = [f"catégorie : {category}, {policy.categories[category].label}"]
    if category in OPEN and related.effect is not Effect.DENY:
        lines.append("aucun accord n'est nécessaire pour cette catégorie")
    if related.effect is not Effect.DENY:
        lines += _reading_lines(schema.requires(coordinate), related, policy)
        if coordinate in schema.fields:
            readable = [value for value in schema.fields[coordinate].values if _is_value_readable(value, related)]
            grants = _value_grants(readable, coordinate, row, schema, relation)
            lines += _grant_lines(grant for grant in grants if grant.id not in related.rules)
        lines += [f"durée de l'élément : {text}" for text in _item_terms(coordinate.partition(".")[0], row, policy)]
    elif decision.effect is Effect.DENY:
        lines += _denial_lines(coordinate, decision, row, table)
    else:
        lines += _unrelated_lines(decision, policy)
    return Step(coordinate, related.effect, tuple(lines))


def _reading_lines(requires: list[str], decision: Decision, policy: Policy) -> list[str]:
    """The conditions under which a field is read, and its grants."""
    lines = []
    if decision.rule.read:
        lines.append(f"{EFFECTS[decision.effect]} par : {condition(decision.rule.read, policy)}")
    if decision.rule.reduced:
        lines.append(f"masqué (« {decision.rule.reduction} ») par : {condition(decision.rule.reduced, policy)}")
    lines += values(decision, policy)
    lines += [f"dépend de : {', '.join(requires)}"] if requires else []
    return lines + _grant_lines(grant for grant in policy.grants if grant.id in decision.rules)


def _grant_lines(grants: Iterable[Grant]) -> list[str]:
    """The grants, with the law."""
    lines = []
    for grant in grants:
        lines += [f"accord {grant.id} : {grant.label}", f"  base légale : {grant.basis.text}"]
        lines += [f"  durée : {grant.retention.text}"] if grant.retention is not None else []
    return lines


def _item_terms(type_name: str, row: DecisionClass, policy: Policy) -> list[str]:
    """The texts of the retentions that end rows of this type for this kind of actor."""
    items = [item for item in policy.items.values() if type_name in row.items and item.binds(row.kind)]
    return [item.text for item in items if type_name in item.types]


def _carriers(enum: str, schema: Classification) -> list[str]:
    """The fields whose values are of this enum."""
    return [name for name, field in sorted(schema.fields.items()) if field.returns == enum and enum in schema.enums]


def _value_grants(
    categories: Iterable[Category], carrier: str, row: DecisionClass, schema: Classification, relation: Fact | None
) -> list[Grant]:
    """The grants that open values of these stricter categories, where this field carries them."""
    recorded, stricter = schema.fields[carrier].type in schema.recorded, frozenset(categories)
    grants = (grant for grant in row.policy.grants if grant.actor == row.kind and row.purpose in grant.purposes)
    related = (grant for grant in grants if relation is None or grant.relations & relation)
    return [grant for grant in related if stricter & (grant.read | grant.own_recorded if recorded else grant.read)]


def _value_step(name: str, above: list[str], row: DecisionClass, table: DecisionTable, relation: Fact | None) -> Step:
    """The decision on one value of an enum, in the field that leads to it, or in all fields that carry it."""
    schema, policy = table.classification, table.policy
    category = schema.values.get(name)
    label = (
        f"{category}, {policy.categories[category].label}" if category is not None else "celle du champ qui la porte"
    )
    lines, effects = [f"catégorie : {label}"], set()
    grants: list[Grant] = []
    for carrier in above[-1:] or _carriers(name.partition(".")[0], schema):
        whole = row.by_coordinate[carrier]
        decision = whole if relation is None else by_relation(whole, relation, policy)
        closed = category is not None and not _is_value_readable(category, decision)
        effect = Effect.DENY if closed else decision.effect
        effects.add(effect)
        has_values = category is not None and decision.rule.values
        reading = value(decision, category, policy) if category is not None and has_values else "comme le champ"
        lines.append(f"dans {carrier}, qui est {EFFECTS[decision.effect]} : {reading}")
        if category is not None and effect is not Effect.DENY:
            grants += (g for g in _value_grants([category], carrier, row, schema, relation) if g not in grants)
    lines += _grant_lines(grants)
    first = next((effect for effect in Effect if effect in effects), Effect.DENY)
    if first is Effect.DENY and category is not None:
        direct = table.classes[row.kind, row.purpose]
        by_client = (
            row.client is not None and _value_step(name, above, direct, table, relation).effect is not Effect.DENY
        )
        lines.append(f"il faudrait : {value_remedy(category, row.kind, row.policy, by_client=by_client)}")
    return Step(name, first, tuple(lines))


def _is_value_readable(category: Category, decision: Decision) -> bool:
    """Whether values of this stricter category are read of some row."""
    return any(bit == VALUE_FACTS[category] and clauses for bit, clauses in decision.rule.values)


def _unrelated_lines(decision: Decision, policy: Policy) -> list[str]:
    reason = Reason.NOT_YOUR_ROW
    return [f"motif : {reason} — {REASONS[reason]}", f"il faudrait : {relation_remedy(decision.rule, policy)}"]


def _denial_lines(coordinate: str, decision: Decision, row: DecisionClass, table: DecisionTable) -> list[str]:
    policy, reason = row.policy, decision.reason
    assert reason is not None
    lines = [f"motif : {reason} — {REASONS[reason]}"]
    schema, cause = table.classification, decision.required or coordinate
    if decision.required is not None:
        lines.append(f"dépend de : {decision.required}, qui est refusé ({schema.category(cause)})")
    lines += [f"interdiction {rule.id} : {rule.text}" for rule in policy.prohibitions if rule.id in decision.rules]
    if decision.instead is not None:
        lines.append(f"se lit à la place : {decision.instead}")
    lines.append(f"il faudrait : {table_remedy(coordinate, decision, row.kind, policy, schema)}")
    return lines
