"""The normal form of an operation: concrete types, no fragments, no literals.

`normalise` builds it, the policy step rewrites it, planning and projection read it. Every value of the client is in
`Operation.literals` or in the request's variables, so that no key, plan text, statement or journal entry holds one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ACCESS_KEY = "__access"
"""Response key of the internal field `_access`; document limits refuse client response keys that begin with `__`."""

ACCESS_FIELD = "_access"
JUDGED_FIELD = "_judged"
"""The rows that the filter of a list judged, or whom a search named; only `_access` is asked of them."""
INTERNAL_FIELDS = frozenset({ACCESS_FIELD, JUDGED_FIELD})


@dataclass(frozen=True, slots=True)
class Condition:
    """The selection is present only if the Boolean variable has this value (`@include`: True, `@skip`: False)."""

    variable: str
    value: bool

    def __repr__(self) -> str:
        """The text that the hash of an operation is made from, which never changes: the journal keeps that hash."""
        return f"Condition(variable={self.variable!r}, wanted={self.value!r})"


def hold(conditions: tuple[Condition, ...], variables: Mapping[str, Any]) -> bool:
    """Whether all conditions hold under these values of their variables."""
    return not conditions or all(variables.get(condition.variable) is condition.value for condition in conditions)


@dataclass(frozen=True, slots=True)
class Selections:
    """The fields selected on an object of one concrete type. `mark` is an opaque label for the guard, set by policy."""

    type: str
    fields: tuple[Field, ...]
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class ClientDirective:
    """A directive of the schema that a document bears; `arguments` map the argument's name to a variable."""

    name: str
    arguments: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place of the document that selects a field with directives of the schema: those on the field, and those on each
    fragment around it, outermost first. `conditions` are the place's."""

    on_field: tuple[ClientDirective, ...]
    around: tuple[tuple[ClientDirective, ...], ...]
    conditions: tuple[Condition, ...]

    @property
    def directives(self) -> tuple[ClientDirective, ...]:
        """All of them."""
        return (*self.on_field, *(directive for directives in self.around for directive in directives))


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one concrete type.

    `arguments` map the argument's name to a variable of the operation (a client's, or a lifted literal's).
    `selections` hold one entry per concrete type that the field may return, empty for a leaf.
    `denied` fields stay in the client's shape, come back null and are never planned. `occurrences` are its places with
    directives, `start` is the offset of the first one in the document: no part of the text that the hash of an
    operation is made from.
    """

    key: str
    type: str
    name: str
    arguments: tuple[tuple[str, str], ...] = ()
    conditions: tuple[Condition, ...] = ()
    selections: tuple[Selections, ...] = ()
    denied: bool = False
    occurrences: tuple[Occurrence, ...] = field(default=(), repr=False)
    start: int = field(default=0, repr=False, compare=False)

    @property
    def coordinate(self) -> str:
        """`Type.field`."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable of the operation: its type as written in SDL, and whether it holds a lifted literal; `start` is the
    offset of its declaration in the document."""

    name: str
    type: str
    lifted: bool = False
    start: int = field(default=0, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Operation:
    """A normalised operation. `root` is the selection of the root type; `literals` the values of lifted variables;
    `directives` those of the schema on the operation itself."""

    kind: str
    name: str | None
    variables: tuple[Variable, ...]
    root: Selections
    literals: dict[str, Any] = field(default_factory=dict, repr=False, hash=False, compare=False)
    defaults: dict[str, Any] = field(default_factory=dict, repr=False, hash=False, compare=False)
    directives: tuple[ClientDirective, ...] = ()


def start_of(root: Selections, path: tuple[str | int, ...]) -> int | None:
    """The offset, in the document, of the last field that a path leads to; None if its first step is no field."""
    level: tuple[Selections, ...] = (root,)
    start: int | None = None
    for key in path:
        if isinstance(key, str):
            matching = [selected for selections in level for selected in selections.fields if selected.key == key]
            if not matching:
                return start
            start = matching[0].start
            level = tuple(selections for selected in matching for selections in selected.selections)
    return start
