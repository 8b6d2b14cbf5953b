"""Why an access was allowed: the grants that open each category that it disclosed to its actor for its purpose.

The journal keeps coordinates and the purpose, not rules: the grants are those of the rules in force now, and what these
no longer open is told as such. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hub.journal.read.data_labels import DataLabels
from hub.journal.read.search import Access
from hub.policy.decide.decision import Decision, Effect
from hub.policy.decide.decision_table import DecisionTable
from hub.policy.decide.policy_model import Grant
from schema.categories import OPEN


@dataclass(frozen=True, slots=True, repr=False)
class CategoryReason:
    """What an access disclosed of one category: its label, the labels of its data, the grants that open them now, and
    the labels of the data that no rule opens to this actor for this purpose any more."""

    category: str
    label: str
    fields: tuple[str, ...]
    grants: tuple[Grant, ...]
    closed: tuple[str, ...]

    def json(self) -> dict[str, object]:
        """The reason as JSON."""
        return {
            "category": self.category,
            "label": self.label,
            "fields": self.fields,
            "grants": [{"id": grant.id, "label": grant.label, "basis": grant.basis.text} for grant in self.grants],
            "closed": self.closed,
        }


def access_reasons(access: Access, table: DecisionTable, labels: DataLabels) -> list[CategoryReason]:
    """The reasons of one access by category, in the order of the policy."""
    row = table.classes.get((access.actor_kind, access.purpose))
    decisions: Mapping[str, Decision] = row.by_coordinate if row is not None else {}
    reasons = []
    for part in labels.data(access.coordinates, access.masked):
        coordinates = [
            name for name in (*access.coordinates, *access.masked) if _category(name, labels) == part["category"]
        ]
        rules = {rule for name in coordinates if name in decisions for rule in decisions[name].rules}
        closed = {labels.fields.get(name, ("", name))[1] for name in coordinates if _is_closed(name, decisions, table)}
        grants = tuple(grant for grant in table.policy.grants if grant.id in rules)
        reasons.append(
            CategoryReason(part["category"], part["label"], tuple(part["fields"]), grants, tuple(sorted(closed)))
        )
    return reasons


def _category(name: str, labels: DataLabels) -> str | None:
    return labels.fields[name][0] if name in labels.fields else None


def _is_closed(name: str, decisions: Mapping[str, Decision], table: DecisionTable) -> bool:
    field = table.classification.fields.get(name)
    if field is not None and field.category in OPEN:
        return False
    return name not in decisions or decisions[name].effect is Effect.DENY


def reasons_text(reasons: Iterable[CategoryReason]) -> list[str]:
    """The reasons as lines: the data of a category, then each grant with its basis."""
    lines = []
    for reason in reasons:
        lines.append(f"{reason.label} : {', '.join(reason.fields)}")
        lines += [f"  accord {grant.id}, {grant.label} ({grant.basis.text})" for grant in reason.grants]
        if reason.closed:
            lines.append(f"  les règles d'aujourd'hui ne l'ouvrent plus : {', '.join(reason.closed)}")
    return lines
