"""Who may read one field: every kind of actor, for which purposes, how, and by which rules (docs/policy.md#rule-9)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.policy.decide.decision import Decision, DecisionClass, Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Policy
from hub.policy.decide.wording import EFFECTS, REASONS, client_label, details, value
from hub.policy.report.explanation import UnknownField, path_coordinates
from schema.categories import OPEN


@dataclass(frozen=True, slots=True)
class Reading:
    """How one kind of actor, through the scope of an application if `client` names one, stands to a field for some
    purposes.

    `how` are French parts of the decision, conditions first; `instead` the reduced field that it may read, `rules` the
    ids of the grants or prohibitions behind it, `reason` the code of a denial.
    """

    actor: str
    client: str | None
    purposes: tuple[str, ...]
    effect: Effect
    how: tuple[str, ...]
    instead: str | None
    rules: tuple[str, ...]
    reason: str | None

    def json(self) -> dict[str, object]:
        """The reading as JSON."""
        return {
            "actor": self.actor,
            "client": self.client,
            "purposes": self.purposes,
            "decision": self.effect.value,
            "how": self.how,
            "instead": self.instead,
            "rules": self.rules,
            "reason": self.reason,
        }


def readings(path: str, table: DecisionTable) -> list[Reading]:
    """The readings of a path, those who read it first; purposes of an actor with one decision are together.

    Raises UnknownField (FIELD_UNKNOWN).
    """
    names = path_coordinates(path, table.classification)
    if len(names) == 1 and names[0] in table.classification.values:
        raise UnknownField(path, "une valeur se lit par son champ, comme « Appointment.status.ABSENT »")
    rows = [(None, row) for row in table.classes.values()]
    rows += [(client, row) for client in table.policy.clients for row in table.through(client)]  # type: ignore[misc]
    purposes: dict[Reading, list[str]] = {}
    for client, row in rows:
        purposes.setdefault(_reading(names, client, row, table), []).append(row.purpose)
    merged = [
        Reading(r.actor, r.client, tuple(sorted(codes)), r.effect, r.how, r.instead, r.rules, r.reason)
        for r, codes in purposes.items()
    ]
    order = list(table.policy.actors)
    return sorted(merged, key=lambda r: (r.effect is Effect.DENY, order.index(r.actor), r.client or "", r.purposes))


def _reading(names: list[str], client: str | None, row: DecisionClass, table: DecisionTable) -> Reading:
    """The reading of a path for one class, without its purpose: of the first step that is denied, else of the last."""
    denied = next((name for name in names if _decision(name, row).effect is Effect.DENY), None)
    last = names[-1]
    name = denied or last
    decision = _decision(name, row)
    if last in row.by_coordinate or denied is not None:
        how = _details(decision, table.policy)
    else:  # a value of an enum: what its field says of values of that category
        how = _value_details(_decision(names[-2], row), last, table)
    if denied is not None and denied != last:
        how = (f"{denied} est refusé", *how)
    reason = decision.reason.value if decision.reason is not None else None
    return Reading(row.kind, client, (), decision.effect, how, decision.instead, decision.rules, reason)


def _decision(name: str, row: DecisionClass) -> Decision:
    decisions: Mapping[str, Decision] = row.by_coordinate
    return decisions[name] if name in decisions else Decision(Effect.OPEN)


def _value_details(decision: Decision, name: str, table: DecisionTable) -> tuple[str, ...]:
    category = table.classification.values.get(name)
    if category is None or category in OPEN or not decision.rule.values:
        return _details(decision, table.policy)
    return (f"valeur {category} : {value(decision, category, table.policy)}",)


def _details(decision: Decision, policy: Policy) -> tuple[str, ...]:
    hidden = {decision.reason.value if decision.reason is not None else None, f"à la place {decision.instead}"}
    return tuple(part for part in details(decision, policy) if part not in hidden)


def readings_text(path: str, answers: list[Reading], table: DecisionTable) -> str:
    """The readings as text: readers first, then who is refused and why; last, the rules that are named, with their
    bases."""
    policy = table.policy
    name = path_coordinates(path, table.classification)[-1]
    lines = [path]
    if name in table.classification.fields or name in table.classification.matches | table.classification.writes.keys():
        category = table.classification.category(name)
        lines[0] += f" — {category}, {policy.categories[category].label}"
    for reading in answers:
        reader = f"{policy.actors[reading.actor].label} ({reading.actor})"
        if reading.client is not None:
            reader += f", par une application {client_label(reading.client, policy)}"
        lines.append(f"{reader} — {', '.join(reading.purposes)} : {EFFECTS[reading.effect]}")
        lines += [f"  {part}" for part in _parts(reading)]
    lines += ["", "Règles :"] if any(reading.rules for reading in answers) else []
    lines += [f"  {line}" for line in _rules(answers, policy)]
    return "\n".join(lines) + "\n"


def _parts(reading: Reading) -> Iterator[str]:
    yield from reading.how
    if reading.instead is not None:
        yield f"à la place, réduit : {reading.instead}"
    reason = next((text for code, text in REASONS.items() if code.value == reading.reason), None)
    if reason is not None:
        yield f"motif {reading.reason} : {reason}"
    if reading.rules:
        yield f"règles : {', '.join(reading.rules)}"


def _rules(readings: list[Reading], policy: Policy) -> Iterator[str]:
    """The grants and prohibitions named, each with its label or text, and the basis of a grant."""
    rules = {rule for reading in readings for rule in reading.rules}
    for grant in policy.grants:
        if grant.id in rules:
            yield f"{grant.id} : {grant.label} ({grant.basis.text})"
    for prohibition in policy.prohibitions:
        if prohibition.id in rules:
            yield f"{prohibition.id} : {prohibition.text}"
