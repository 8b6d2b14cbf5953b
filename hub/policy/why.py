"""Why one field is read or not by a kind of actor for a purpose, step by step along its path, with the law.

policy.md rule 11, for whoever asks before any request: what the table decides, whatever the rows hold.
"""

from __future__ import annotations

from hub.errors import HubError
from hub.policy.classification import Classification
from hub.policy.table import Decision, DecisionClass, DecisionTable, Effect, prohibitions
from hub.policy.told import EFFECTS, REASONS, condition, values
from schema.categories import OPEN, Level


class UnknownField(HubError):
    """The path names no field of the graph."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__("FIELD_UNKNOWN", f"« {path} » n'est pas un champ du graphe : {problem}.", f"{path}: {problem}")


def steps(path: str, schema: Classification) -> list[str]:
    """The coordinates along `Type.field.field…`; raises UnknownField (FIELD_UNKNOWN)."""
    type_name, *names = path.split(".")
    if type_name not in schema.members or not names:
        raise UnknownField(path, "écrivez « Type.champ » ou un chemin, comme « Person.contact.phones »")
    found = []
    for name in names:
        coordinate = f"{type_name}.{name}"
        if coordinate not in schema.fields:
            raise UnknownField(path, f"le type « {type_name} » n'a pas de champ « {name} »")
        found.append(coordinate)
        type_name = schema.fields[coordinate].returns
    return found


def why(path: str, row: DecisionClass, table: DecisionTable) -> str:
    """The decision on each step of the path, its conditions, rules and legal texts; of a denial, what it would take."""
    found = steps(path, table.classification)
    actor, purpose = table.policy.actors[row.kind], table.policy.purposes[row.purpose]
    lines = [f"{path} — {actor.label} ({row.kind}), « {purpose.label} » ({row.purpose} : {purpose.legal})"]
    for coordinate in found:
        lines += _step(coordinate, row, table)
    denied = [each for each in found if row.decisions[each].effect is Effect.DENY]
    if denied and denied[0] != found[-1]:
        lines.append(f"Par ce chemin, rien ne se lit : {denied[0]} est refusé.")
    return "\n".join(lines) + "\n"


def _step(coordinate: str, row: DecisionClass, table: DecisionTable) -> list[str]:
    field, decision, policy = table.classification.fields[coordinate], row.decisions[coordinate], table.policy
    named = policy.categories[field.category]
    lines = [f"{coordinate} : {EFFECTS[decision.effect]}", f"  catégorie : {field.category}, {named.label}"]
    if decision.effect is Effect.DENY:
        return lines + _denied(coordinate, decision, row, table)
    if field.category in OPEN:
        lines.append("  aucun accord n'est nécessaire pour cette catégorie")
    if decision.rule.read:
        lines.append(f"  lu par : {condition(decision.rule.read, policy)}")
    if decision.rule.reduced:
        lines.append(f"  masqué (« {decision.rule.reduction} ») par : {condition(decision.rule.reduced, policy)}")
    lines += [f"  {each}" for each in values(decision, policy)]
    lines += [f"  dépend de : {', '.join(sorted(field.requires))}"] if field.requires else []
    for grant in (each for each in policy.grants if each.id in decision.rules):
        lines.append(f"  accord {grant.id} : {grant.label}")
        lines.append(f"    base légale : {grant.basis.text}")
        if grant.retention is not None:
            lines.append(f"    durée : {grant.retention.text}")
    return lines


def _denied(coordinate: str, decision: Decision, row: DecisionClass, table: DecisionTable) -> list[str]:
    policy, reason = table.policy, decision.reason
    assert reason is not None
    lines = [f"  motif : {reason} — {REASONS[reason]}"]
    cause = table.classification.fields[decision.required or coordinate]
    if decision.required is not None:
        lines.append(f"  dépend de : {decision.required}, qui est refusé ({cause.category})")
    lines += [f"  interdiction {each.id} : {each.text}" for each in policy.prohibitions if each.id in decision.rules]
    if decision.instead is not None:
        lines.append(f"  se lit à la place : {decision.instead}")
    forbidden = any(p.level in (cause.level, None) for p in prohibitions(policy, row.kind, cause.category))
    if decision.needs is not None:
        purposes = (f"{code} ({policy.purposes[code].label})" for code in decision.needs.split(", "))
        lines.append(f"  il faudrait : déclarer l'une des finalités {', '.join(purposes)}")
    elif forbidden:
        lines.append("  il faudrait : rien n'y suffit, une interdiction l'emporte sur tout accord")
    else:
        whole = (
            f"lise {cause.category} en entier" if cause.level is Level.FULL else f"lise {cause.category}, même réduit"
        )
        lines.append(f"  il faudrait : un accord par lequel « {row.kind} » {whole}, et sa base légale")
    return lines
