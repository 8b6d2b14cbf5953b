"""The retention periods as enforced, read from the decisions: from which day, of which rows, for which actors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import ItemRetention, Retention
from hub.policy.report.markdown_table import markdown_table
from schema.facts import Fact

HEADINGS = ("durée", "jours", "à compter de", "ce qui prend fin", "pour qui", "texte")


def retention_terms(table: DecisionTable) -> str:
    """The periods as a Markdown table in French; each line names all the kinds of actors that it binds."""
    rows = [_person_row(retention, table) for retention in table.policy.retentions.values()]
    rows += [_item_row(item, table) for item in table.policy.items.values()]
    return markdown_table(HEADINGS, rows)


def _person_row(retention: Retention, table: DecisionTable) -> tuple[str, ...]:
    policy = table.policy
    grants = [grant.id for grant in policy.grants if grant.retention == retention]
    kinds = (kind for kind in policy.actors if any(_closures(table, kind, retention.fact, None)))
    ending = f"accords {', '.join(grants)}"
    return retention.name, str(retention.days), "le dernier contact", ending, _kinds(kinds), retention.text


def _item_row(item: ItemRetention, table: DecisionTable) -> tuple[str, ...]:
    types = sorted(item.types)
    kinds = (
        kind
        for kind in table.policy.actors
        if item.binds(kind) and any(any(_closures(table, kind, Fact.ITEM_ENDED, name)) for name in types)
    )
    ending = ", ".join(f"`{name}`" for name in types)
    return item.name, str(item.days), item.since, ending, _kinds(kinds), item.text


def _closures(table: DecisionTable, kind: str, fact: Fact, type_name: str | None) -> Iterator[bool]:
    """For each row rule of this kind of actor (of one type, or of all), whether the fact closes any of its clauses."""
    for (actor, _), row in table.classes.items():
        if actor == kind:
            for name, rule in row.rows.items():
                if type_name in (None, name):
                    yield any(clause.none_of & fact for clause in rule.read)


def _kinds(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in kinds) or "nul acteur"
