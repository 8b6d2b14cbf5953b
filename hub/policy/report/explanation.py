"""Why one field is read or not by a kind of actor for a purpose, step by step along its path, with the law.

docs/policy.md#rule-11, for whoever asks before any request: what the table decides, whatever the rows hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.errors import HubError
from hub.federation.operations.operation import ACCESS_FIELD
from hub.policy.decide.by_relation import by_relation
from hub.policy.decide.classification import Classification
from hub.policy.decide.decision_table import Decision, DecisionClass, DecisionTable, Effect, Reason
from hub.policy.decide.policy_model import Grant, Policy
from hub.policy.decide.remedy import linked, needed, value_needed
from hub.policy.decide.wording import EFFECTS, REASONS, by_client, condition, value, values
from schema.categories import OPEN, Category
from schema.facts import VALUE_FACTS, Fact


class UnknownField(HubError):
    """The path names no field of the graph."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__("FIELD_UNKNOWN", f"« {path} » n'est pas un champ du graphe : {problem}.", f"{path}: {problem}")


def steps(path: str, schema: Classification) -> list[str]:
    """The coordinates along `Type.field.field…`, of which the last may be a value of an enum, or the one of an input
    that finds persons; raises UnknownField (FIELD_UNKNOWN)."""
    if path in schema.matches:
        return [path]
    type_name, *names = path.split(".")
    if (type_name not in schema.members and not _carriers(type_name, schema)) or not names:
        raise UnknownField(path, "écrivez « Type.champ » ou un chemin, comme « Person.contact.phones »")
    found = []
    for name in names:
        coordinate = f"{type_name}.{name}"
        if name in schema.enums.get(type_name, ()):
            found.append(coordinate)
            type_name = coordinate
            continue
        if name == ACCESS_FIELD or coordinate not in schema.fields:  # what is internal fails as a typo does
            raise UnknownField(path, f"« {type_name} » n'a pas de champ « {name} »")
        found.append(coordinate)
        type_name = schema.fields[coordinate].returns
    return found


@dataclass(frozen=True, slots=True)
class Step:
    """The decision on one coordinate; `lines` say the rest, those indented by two spaces of the line above them."""

    coordinate: str
    effect: Effect
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """An explanation: who asks for what, each step, and where the path is closed before its end."""

    title: str
    steps: tuple[Step, ...]
    closed: str | None


def explained(path: str, row: DecisionClass, table: DecisionTable, relation: Fact | None = None) -> Why:
    """The decision on each step of the path, its conditions, rules and legal texts; of a denial, what it would take.

    With a `relation`, for rows that nothing else links to the actor. Raises UnknownField (FIELD_UNKNOWN).
    """
    actor, purpose = table.policy.actors[row.kind], table.policy.purposes[row.purpose]
    title = f"{path} — {actor.label} ({row.kind}), « {purpose.label} » ({row.purpose} : {purpose.legal})"
    if row.client is not None:
        title += f", par une application {by_client(row.client, table.policy)}"
    if relation is not None:
        title += f", par la relation {relation.name} ({table.policy.relations[relation].label})"
    names = steps(path, table.classification)
    found = tuple(
        _step(name, row, table, relation) if name in row.whole else _value(name, names[:-1], row, table, relation)
        for name in names
    )
    denied = [each.coordinate for each in found if each.effect is Effect.DENY]
    inner = bool(denied) and denied[0] != found[-1].coordinate
    return Why(title, found, f"Par ce chemin, rien ne se lit : {denied[0]} est refusé." if inner else None)


def why(path: str, row: DecisionClass, table: DecisionTable, relation: Fact | None = None) -> str:
    """The explanation as text."""
    told = explained(path, row, table, relation)
    lines = [told.title]
    for step in told.steps:
        lines += [f"{step.coordinate} : {EFFECTS[step.effect]}", *(f"  {line}" for line in step.lines)]
    lines += [told.closed] if told.closed is not None else []
    return "\n".join(lines) + "\n"


def _step(coordinate: str, row: DecisionClass, table: DecisionTable, relation: Fact | None) -> Step:
    schema, policy, whole = table.classification, row.policy, row.whole[coordinate]
    decision = whole if relation is None else by_relation(whole, relation, policy)
    category = schema.category(coordinate)
    lines = [f"catégorie : {category}, {policy.categories[category].label}"]
    if category in OPEN and decision.effect is not Effect.DENY:
        lines.append("aucun accord n'est nécessaire pour cette catégorie")
    if decision.effect is not Effect.DENY:
        lines += _read(schema.requires(coordinate), decision, policy)
        if coordinate in schema.fields:
            opened = [each for each in schema.fields[coordinate].values if _read_somewhere(each, decision)]
            more = _of_values(opened, coordinate, row, schema, relation)
            lines += _opening(each for each in more if each.id not in decision.rules)
        lines += [f"durée de l'élément : {text}" for text in _ending(coordinate.partition(".")[0], row, policy)]
    elif whole.effect is Effect.DENY:
        lines += _denied(coordinate, whole, row, table)
    else:
        lines += _unrelated(whole, policy)
    return Step(coordinate, decision.effect, tuple(lines))


def _read(requires: list[str], decision: Decision, policy: Policy) -> list[str]:
    lines = []
    if decision.rule.read:
        lines.append(f"{EFFECTS[decision.effect]} par : {condition(decision.rule.read, policy)}")
    if decision.rule.reduced:
        lines.append(f"masqué (« {decision.rule.reduction} ») par : {condition(decision.rule.reduced, policy)}")
    lines += values(decision, policy)
    lines += [f"dépend de : {', '.join(requires)}"] if requires else []
    return lines + _opening(each for each in policy.grants if each.id in decision.rules)


def _opening(grants: Iterable[Grant]) -> list[str]:
    """The grants, with the law."""
    lines = []
    for grant in grants:
        lines += [f"accord {grant.id} : {grant.label}", f"  base légale : {grant.basis.text}"]
        lines += [f"  durée : {grant.retention.text}"] if grant.retention is not None else []
    return lines


def _ending(type_name: str, row: DecisionClass, policy: Policy) -> list[str]:
    """What is said of the duration of a row of this type, if it ends for this kind of actor."""
    bound = [each for each in policy.items.values() if type_name in row.items and each.binds(row.kind)]
    return [each.text for each in bound if type_name in each.types]


def _carriers(enum: str, schema: Classification) -> list[str]:
    """The fields whose values are of this enum."""
    return [name for name, each in sorted(schema.fields.items()) if each.returns == enum and enum in schema.enums]


def _of_values(
    categories: Iterable[Category], carrier: str, row: DecisionClass, schema: Classification, relation: Fact | None
) -> list[Grant]:
    """The grants that open values of these stricter categories, where this field carries them."""
    recorded, wanted = schema.fields[carrier].type in schema.recorded, frozenset(categories)
    own = (each for each in row.policy.grants if each.actor == row.kind and row.purpose in each.purposes)
    related = (each for each in own if relation is None or each.relations & relation)
    return [each for each in related if wanted & (each.read | each.own_recorded if recorded else each.read)]


def _value(name: str, above: list[str], row: DecisionClass, table: DecisionTable, relation: Fact | None) -> Step:
    """The decision on one value of an enum, in the field that leads to it, else in all that carry it."""
    schema, policy = table.classification, table.policy
    category = schema.values.get(name)
    own = f"{category}, {policy.categories[category].label}" if category is not None else "celle du champ qui la porte"
    lines, effects = [f"catégorie : {own}"], set()
    grants: list[Grant] = []
    for carrier in above[-1:] or _carriers(name.partition(".")[0], schema):
        whole = row.whole[carrier]
        decision = whole if relation is None else by_relation(whole, relation, policy)
        shown = Effect.DENY if category is not None and not _read_somewhere(category, decision) else decision.effect
        effects.add(shown)
        said = value(decision, category, policy) if category is not None and decision.rule.values else "comme le champ"
        lines.append(f"dans {carrier}, qui est {EFFECTS[decision.effect]} : {said}")
        if category is not None and shown is not Effect.DENY:
            grants += (g for g in _of_values([category], carrier, row, schema, relation) if g not in grants)
    lines += _opening(grants)
    effect = next((each for each in Effect if each in effects), Effect.DENY)
    if effect is Effect.DENY and category is not None:
        direct = table.classes[row.kind, row.purpose]
        cut = row.client is not None and _value(name, above, direct, table, relation).effect is not Effect.DENY
        lines.append(f"il faudrait : {value_needed(category, row.kind, row.policy, by_client=cut)}")
    return Step(name, effect, tuple(lines))


def _read_somewhere(category: Category, decision: Decision) -> bool:
    return any(bit == VALUE_FACTS[category] and clauses for bit, clauses in decision.rule.values)


def _unrelated(whole: Decision, policy: Policy) -> list[str]:
    reason = Reason.NOT_YOUR_ROW
    return [f"motif : {reason} — {REASONS[reason]}", f"il faudrait : {linked(whole.rule, policy)}"]


def _denied(coordinate: str, decision: Decision, row: DecisionClass, table: DecisionTable) -> list[str]:
    policy, reason = row.policy, decision.reason
    assert reason is not None
    lines = [f"motif : {reason} — {REASONS[reason]}"]
    schema, cause = table.classification, decision.required or coordinate
    category = schema.category(cause)
    if decision.required is not None:
        lines.append(f"dépend de : {decision.required}, qui est refusé ({category})")
    lines += [f"interdiction {each.id} : {each.text}" for each in policy.prohibitions if each.id in decision.rules]
    if decision.instead is not None:
        lines.append(f"se lit à la place : {decision.instead}")
    lines.append(f"il faudrait : {needed(coordinate, decision, row.kind, policy, schema)}")
    return lines
