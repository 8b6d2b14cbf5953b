"""The changes of a policy grouped as an officer reads them: by actor, category, and what becomes of what was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hub.policy.report.policy_diff import WHOLE, Change

OTHERWISE = "autrement, par d'autres conditions ou motifs"
"""In place of an outcome whose outline stays the same."""


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """Changes that say the same: their actor, scope of an application, category and outlines are equal."""

    changes: tuple[Change, ...]

    @property
    def purposes(self) -> tuple[str, ...]:
        """The purposes for which it changes, sorted."""
        return tuple(sorted({change.purpose for change in self.changes}))

    @property
    def fields(self) -> tuple[str, ...]:
        """The coordinates that change, sorted."""
        return tuple(sorted({change.field for change in self.changes}))

    def text(self) -> str:
        """One line: who, for what, which category, from what to what, how many decisions and on which fields."""
        first = self.changes[0]
        reader = first.actor + (f" par {first.client}" if first.client is not None else "")
        becomes = first.becomes if first.becomes != first.was else OTHERWISE
        subject = f"{reader} · {', '.join(self.purposes)} · {first.category or 'la finalité'}"
        return f"{subject} : {first.was} → {becomes} — {len(self.changes)} décision(s) : {_fields(self.fields)}"

    def json(self) -> dict[str, object]:
        """The group as JSON, with each of its changes."""
        first = self.changes[0]
        return {
            "actor": first.actor,
            "client": first.client,
            "purposes": self.purposes,
            "category": first.category,
            "before": first.was,
            "after": first.becomes,
            "fields": self.fields,
            "changes": [
                {"purpose": change.purpose, "field": change.field, "before": change.before, "after": change.after}
                for change in self.changes
            ],
        }


def grouped(changes: Iterable[Change]) -> list[ChangeGroup]:
    """The groups, in the order of their first changes; every change is in one of them."""
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in changes:
        key = (change.actor, change.client, change.category, change.was, change.becomes)
        groups.setdefault(key, []).append(change)
    return [ChangeGroup(tuple(group)) for group in groups.values()]


def _fields(names: Iterable[str]) -> str:
    """The coordinates by type: « Rsa (status, suspendedOn) »; a purpose as a whole is « tous »."""
    by_type: dict[str, list[str]] = {}
    for name in names:
        type_name, _, field = name.partition(".")
        by_type.setdefault(type_name, []).append(field)
    return ", ".join(
        "tous" if type_name == WHOLE else f"{type_name} ({', '.join(fields)})" for type_name, fields in by_type.items()
    )
