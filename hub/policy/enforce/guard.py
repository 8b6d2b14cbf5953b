"""The second lock: every object of a personal type is decided again, from the facts that its subgraph reported.

docs/policy.md#rule-3. Projection looks up the verdict of each object and notes it for the object's subject; the journal
records what was noted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_
from typing import Any

from hub.errors import FieldFailed
from hub.federation.execution.generate import Marked
from hub.federation.execution.representation_collector import Unusual
from hub.federation.operations.operation import ACCESS_KEY
from hub.policy.enforce.verdicts import Inputs, Marks, Row, VerdictTable


class Guard:
    """The guard of one request; `noted`: by subject, the set of verdicts on its objects (`VerdictStore`)."""

    __slots__ = ("inputs", "marks", "noted", "store", "variables")

    def __init__(self, marks: Marks, variables: Mapping[str, Any] | None = None, inputs: Inputs | None = None) -> None:
        self.marks, self.store = marks, marks.store()
        self.variables: Mapping[str, Any] = variables or {}
        self.inputs: Inputs = inputs or {}
        self.noted: dict[Any, int] = defaultdict(int)

    def verdicts(self, marked: Marked) -> tuple[VerdictTable, ...]:
        """For projection, the verdicts on objects of each of these marks."""
        return self.store.tables(marked)

    def __call__(self, mark: int, value: Mapping[str, Any], path: tuple[str | int, ...]) -> frozenset[str] | None:
        """Response keys to null; None for an object that must disappear, without facts or with facts that forbid it."""
        try:
            subject, facts = value[ACCESS_KEY]
        except (KeyError, TypeError, ValueError):
            return None
        if type(subject) is not str or type(facts) is not int:
            return None
        try:
            nulls, bit = self.store.table(mark, self.store.marks[mark].keys.difference(value))[facts]
        except Unusual:
            return None
        self.noted[subject] |= bit
        return nulls

    def restart(self) -> None:
        """Forget all objects, before they are projected again."""
        self.noted.clear()

    def direct_rows(self) -> list[Row]:
        """The verdicts on the person that the client asked for, in the order of the operation."""
        return self.store.direct_rows(self._all_bits()) if self.marks.has_direct else []

    def root_keys(self, errors: Iterable[FieldFailed]) -> frozenset[str]:
        """Response keys of the root fields that answered a person, or failed."""
        answered = {row.mark.path[0] for row in self.store.set_rows(self._all_bits()) if not row.mark.judged}
        return frozenset(answered | {str(error.path[0]) for error in errors if error.path})

    def disclosures(self) -> list[tuple[frozenset[str], frozenset[str], list[str]]]:
        """(coordinates released, masked, persons): each person once, with all persons of the same disclosure."""
        groups: dict[int, list[str]] = {}
        sets = set(self.noted.values())
        if len(sets) == 1:
            groups[sets.pop()] = list(self.noted)
        else:
            for subject, bits in self.noted.items():
                groups.setdefault(bits, []).append(subject)
        return [(*self.store.disclosure(bits, self.inputs), people) for bits, people in groups.items()]

    def _all_bits(self) -> int:
        return reduce(or_, set(self.noted.values()), 0)
