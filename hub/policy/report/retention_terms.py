"""The durations as they are enforced: from which day, of what, and for whom, read in the decisions."""

from __future__ import annotations

from collections.abc import Iterator

from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import ItemRetention, Retention
from hub.policy.report.markdown_table import grid
from schema.facts import Fact

HEADS = ("durée", "jours", "à compter de", "ce qui prend fin", "pour qui", "texte")


def terms(table: DecisionTable) -> str:
    """The durations as a table of Markdown in French. Nobody else than whom a line names is bound by it."""
    rows = [_of_people(each, table) for each in table.policy.retentions.values()]
    rows += [_of_items(each, table) for each in table.policy.items.values()]
    return grid(HEADS, rows)


def _of_people(each: Retention, table: DecisionTable) -> tuple[str, ...]:
    policy = table.policy
    grants = [grant.id for grant in policy.grants if grant.retention == each]
    bound = (kind for kind in policy.actors if any(_closes(table, kind, each.fact, None)))
    return (
        each.name,
        str(each.days),
        "le dernier contact",
        f"accords {', '.join(grants)}",
        _named(bound),
        each.text,
    )


def _of_items(each: ItemRetention, table: DecisionTable) -> tuple[str, ...]:
    types = sorted(each.types)
    bound = (
        kind
        for kind in table.policy.actors
        if each.binds(kind) and any(closes for name in types for closes in _closes(table, kind, Fact.ITEM_ENDED, name))
    )
    ends = ", ".join(f"`{name}`" for name in types)
    return each.name, str(each.days), each.since, ends, _named(bound), each.text


def _closes(table: DecisionTable, kind: str, fact: Fact, type_name: str | None) -> Iterator[bool]:
    """For each type that this kind of actor reads, or of this one, whether the fact closes any of its clauses."""
    for (actor, _), row in table.classes.items():
        if actor == kind:
            for name, rule in row.rows.items():
                if type_name in (None, name):
                    yield any(clause.none_of & fact for clause in rule.read)


def _named(kinds: Iterator[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds) or "nul acteur"
