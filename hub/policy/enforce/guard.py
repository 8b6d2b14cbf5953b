"""The second lock: every object of a personal type is decided again, from the facts that its subgraph reported.

docs/policy.md#rule-3. Projection looks up the verdict of each object and notes it for the object's subject; what was
noted is what the journal is told of whom.
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
from hub.policy.enforce.verdicts import Inputs, Marks, Row, Table


class Guard:
    """The guard of one request: `noted` are the verdicts on the objects of each subject (`Known`)."""

    __slots__ = ("inputs", "known", "marks", "noted", "variables")

    def __init__(self, marks: Marks, variables: Mapping[str, Any] | None = None, inputs: Inputs | None = None) -> None:
        self.marks, self.known = marks, marks.known()
        self.variables: Mapping[str, Any] = variables or {}
        self.inputs: Inputs = inputs or {}
        self.noted: dict[Any, int] = defaultdict(int)

    def verdicts(self, marked: Marked) -> tuple[Table, ...]:
        """For projection, the verdicts on objects of each of these marks."""
        return self.known.tables(marked)

    def __call__(self, mark: int, value: Mapping[str, Any], path: tuple[str | int, ...]) -> frozenset[str] | None:
        """Response keys to null, or None: the object must disappear (no facts, or facts that forbid it)."""
        try:
            subject, facts = value[ACCESS_KEY]
        except (KeyError, TypeError, ValueError):
            return None
        if type(subject) is not str or type(facts) is not int:
            return None
        try:
            nulls, bit = self.known.table(mark, self.known.marks[mark].keys.difference(value))[facts]
        except Unusual:
            return None
        self.noted[subject] |= bit
        return nulls

    def restart(self) -> None:
        """Forget all objects: they are going to be shown again."""
        self.noted.clear()

    def named(self) -> list[Row]:
        """The verdicts on the person asked for, in the order of the operation."""
        return self.known.named(self._all()) if self.marks.name_anyone else []

    def reached(self, errors: Iterable[FieldFailed]) -> frozenset[str]:
        """Response keys of the root fields below which someone was shown, or that failed."""
        shown = {row.mark.path[0] for row in self.known.of(self._all())}
        return frozenset(shown | {str(error.path[0]) for error in errors if error.path})

    def disclosed(self) -> list[tuple[frozenset[str], frozenset[str], list[str]]]:
        """(coordinates released, masked, the persons of whom they were), each person once."""
        groups: dict[int, list[str]] = {}
        kinds = set(self.noted.values())
        if len(kinds) == 1:
            groups[kinds.pop()] = list(self.noted)
        else:
            for subject, bits in self.noted.items():
                groups.setdefault(bits, []).append(subject)
        return [(*self.known.told(bits, self.inputs), people) for bits, people in groups.items()]

    def _all(self) -> int:
        return reduce(or_, set(self.noted.values()), 0)
