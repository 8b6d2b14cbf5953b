"""The decision table as a sheet to read: one row per actor kind, purpose and coordinate, as it is enforced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from hub.federation.operations.operation import ACCESS_FIELD
from hub.policy.decide.decision_table import Decision, DecisionClass, DecisionTable
from hub.policy.decide.wording import EFFECTS, by_client, condition, details, values
from schema.categories import Level

HEADS = "| champ | catégorie | décision | qui, quand | règles |\n|--|--|--|--|--|"


@dataclass(frozen=True, slots=True)
class Line:
    """One decision; `when` says of which rows, in French, and is empty where no row matters.

    `level` is null of an input that finds persons, `client` (the scope of an application) of who asks itself."""

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


def sheet(table: DecisionTable, classes: Iterable[DecisionClass]) -> Iterator[Line]:
    """The lines of these rows of the table, coordinates in alphabetical order."""
    for row in classes:
        for name, decision in sorted(row.whole.items()):
            if name.endswith(f".{ACCESS_FIELD}"):
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
                purposes=tuple(decision.needs.split(", ")) if decision.needs is not None else (),
            )


def objects(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The lines as JSON objects."""
    return [asdict(line) for line in lines]


def markdown(table: DecisionTable, classes: Iterable[DecisionClass]) -> str:
    """The sheet as Markdown, one table per actor kind and purpose."""
    parts = []
    for row in classes:
        actor, purpose = table.policy.actors[row.kind], table.policy.purposes[row.purpose]
        by = f", par une application {by_client(row.client, table.policy)}" if row.client is not None else ""
        parts += [
            f"## {actor.label} — {purpose.label} (`{row.kind}`, `{row.purpose}`){by}",
            "\n".join([HEADS, *(_cells(line, row.whole[line.field], table) for line in sheet(table, [row]))]),
        ]
    return "\n\n".join(parts) + "\n"


def _cells(line: Line, decision: Decision, table: DecisionTable) -> str:
    category = f"{line.category} réduit" if line.level == Level.REDUCED else line.category
    told = " ; ".join(details(decision, table.policy))
    return f"| `{line.field}` | {category} | {EFFECTS[decision.effect]} | {told} | {', '.join(line.rules)} |"
