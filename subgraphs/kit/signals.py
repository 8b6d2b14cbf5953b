"""Signals: lists of the facts by which the journey of a person is at risk, as the actor may read them.

    repeated_absences: JudgedConnection[Appointment] | None = caseload("…", SUIVI, signal=Signal(
        (7, 365), "…", reads=("status", "day"), since=Sort("day", descending=True),
        condition=lambda row, days: and_(row("status") == word("ABSENT"), row("day") >= days.ago),
        other_row=lambda row, other_row, days: and_(
            other_row("status") == word("ABSENT"), other_row("day") >= days.ago
        ),
    ))

A row of the list is the fact itself. Its conditions compare what the actor reads of the row and of other rows of the
same person and type: a value that it does not read is null, a row that it does not read is not there, so that neither
raises a signal nor keeps one away. The list judges as a filter does (docs/policy.md#rule-13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement

from subgraphs.kit.fields import Sort

DAYS = "days"
"""The argument of a signal: the number of days that it looks back, or ahead."""
Values: TypeAlias = Callable[[str], ColumnElement[Any]]
"""The value of a field of a row as the actor reads it, null where it does not."""


@dataclass(frozen=True, slots=True)
class Days:
    """Today in France, and the number of days that the request gives."""

    today: ColumnElement[date]
    count: ColumnElement[int]

    @property
    def ago(self) -> ColumnElement[Any]:
        """So many days ago."""
        return self.today - self.count

    @property
    def ahead(self) -> ColumnElement[Any]:
        """In so many days."""
        return self.today + self.count


@dataclass(frozen=True, slots=True)
class Signal:
    """What makes a row a signal. `days`: least and most days that may be given, and `meaning` what they count; `reads`:
    the fields compared, of the list's type; `since`: the order of the list.

    `condition` is that on the row; `other_row`, if any, that on another row of the same person, which must be there, or
    must not if `alone`.
    """

    days: tuple[int, int]
    meaning: str
    reads: tuple[str, ...]
    since: Sort
    condition: Callable[[Values, Days], ColumnElement[bool]]
    other_row: Callable[[Values, Values, Days], ColumnElement[bool]] | None = None
    alone: bool = False

    @property
    def description(self) -> str:
        """The description of the argument."""
        least, most = self.days
        return f"{self.meaning}, en jours, de {least} à {most}."
