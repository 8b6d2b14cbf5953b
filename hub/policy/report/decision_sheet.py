"""The decision table as a sheet to read: one line per actor kind, purpose and coordinate, as it is enforced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hub.federation.operations.operation import INTERNAL_FIELDS
from hub.policy.decide.decision import Decision, DecisionClass
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.wording import EFFECTS, client_label, condition, details, values
from schema.categories import Level

HEADINGS = "| champ | catégorie | décision | qui, quand | règles |\n|--|--|--|--|--|"


@dataclass(frozen=True, slots=True)
class Line:
    """One decision; `when` describes in French the rows for which it holds, and is empty where no row matters.

    `level` is None for an input that finds persons, `client` (the scope of an application) for an actor that asks
    directly. The field names are those of the JSON form.
    """

    actor: str
    purpose: str
    client: str | None
    field: str
    category: str
    level: str | None
    decision: str
    when: str
    values: tuple[str, ...]
    reason: str | None
    rules: tuple[str, ...]
    instead: str | None
    required: str | None
    purposes: tuple[str, ...]


def sheet_lines(table: DecisionTable, classes: Iterable[DecisionClass]) -> Iterator[Line]:
    """The lines of these classes, coordinates in alphabetical order."""
    for row in classes:
        for name, decision in sorted(row.by_coordinate.items()):
            if name.partition(".")[2] in INTERNAL_FIELDS:
                continue
            field, rule = table.classification.fields.get(name), decision.rule
            yield Line(
                actor=row.kind,
                purpose=row.purpose,
                client=row.client,
                field=name,
                category=table.classification.category(name).value,
                level=field.level.value if field is not None else None,
                decision=decision.effect.value,
                when=condition(rule.read or rule.reduced, table.policy) if rule.read or rule.reduced else "",
                values=tuple(values(decision, table.policy)),
                reason=decision.reason.value if decision.reason is not None else None,
                rules=decision.rules,
                instead=decision.instead,
                required=decision.required,
                purposes=tuple(decision.granted_for.split(", ")) if decision.granted_for is not None else (),
            )


def sheet_json(table: DecisionTable, classes: Iterable[DecisionClass]) -> list[dict[str, Any]]:
    """The sheet as JSON objects."""
    return [asdict(line) for line in sheet_lines(table, classes)]


def sheet_markdown(table: DecisionTable, classes: Iterable[DecisionClass]) -> str:
    """The sheet as Markdown, one table per class."""
    parts = []
    for row in classes:
        actor, purpose = table.policy.actors[row.kind], table.policy.purposes[row.purpose]
        client = f", par une application {client_label(row.client, table.policy)}" if row.client is not None else ""
        lines = (_cells(line, row.by_coordinate[line.field], table) for line in sheet_lines(table, [row]))
        parts += [
            f"## {actor.label} — {purpose.label} (`{row.kind}`, `{row.purpose}`){client}",
            "\n".join([HEADINGS, *lines]),
        ]
    return "\n\n".join(parts) + "\n"


def _cells(line: Line, decision: Decision, table: DecisionTable) -> str:
    category = f"{line.category} réduit" if line.level == Level.REDUCED else line.category
    conditions = " ; ".join(details(decision, table.policy))
    return f"| `{line.field}` | {category} | {EFFECTS[decision.effect]} | {conditions} | {', '.join(line.rules)} |"
