"""Why one field is read or not by a kind of actor for a purpose, step by step along its path, with the law.

policy.md rule 11, for whoever asks before any request: what the table decides, whatever the rows hold.
"""

from __future__ import annotations

from dataclasses import dataclass

from hub.document.operation import ACCESS_FIELD
from hub.errors import HubError
from hub.policy.classification import Classification
from hub.policy.model import Policy
from hub.policy.needed import linked, needed
from hub.policy.relation import by_relation
from hub.policy.table import Decision, DecisionClass, DecisionTable, Effect, Reason
from hub.policy.told import EFFECTS, REASONS, by_client, condition, values
from schema.categories import OPEN
from schema.facts import Fact


class UnknownField(HubError):
    """The path names no field of the graph."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__("FIELD_UNKNOWN", f"« {path} » n'est pas un champ du graphe : {problem}.", f"{path}: {problem}")


def steps(path: str, schema: Classification) -> list[str]:
    """The coordinates along `Type.field.field…`, or the one of an input that finds persons; raises UnknownField
    (FIELD_UNKNOWN)."""
    if path in schema.matches:
        return [path]
    type_name, *names = path.split(".")
    if type_name not in schema.members or not names:
        raise UnknownField(path, "écrivez « Type.champ » ou un chemin, comme « Person.contact.phones »")
    found = []
    for name in names:
        coordinate = f"{type_name}.{name}"
        if name == ACCESS_FIELD or coordinate not in schema.fields:  # what is internal fails as a typo does
            raise UnknownField(path, f"le type « {type_name} » n'a pas de champ « {name} »")
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
    found = tuple(_step(coordinate, row, table, relation) for coordinate in steps(path, table.classification))
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
    if category in OPEN:
        lines.append("aucun accord n'est nécessaire pour cette catégorie")
    if decision.effect is not Effect.DENY:
        lines += _read(schema.requires(coordinate), decision, policy)
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
    for grant in (each for each in policy.grants if each.id in decision.rules):
        lines.append(f"accord {grant.id} : {grant.label}")
        lines.append(f"  base légale : {grant.basis.text}")
        if grant.retention is not None:
            lines.append(f"  durée : {grant.retention.text}")
    return lines


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
