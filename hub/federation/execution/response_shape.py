"""The shape of a response under given values of an operation's conditions: the response keys of each object, in order.

Both projections read it, the interpreter (`project`) and the generated one (`generate`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
)

from hub.federation.execution.leaf_values import COMPLETE, INVALID, Complete
from hub.federation.operations.operation import Field, Selections, hold


@dataclass(slots=True, repr=False)
class Slot:
    """A response key of an object: its type, and the shapes below it per concrete type.

    `type` is None for `__typename`. An `internal` slot holds objects for the guard and is not in the answer. A `leaf`
    is a scalar or an enum's value, which `complete` gives; a `required` slot is never null.
    """

    key: str
    name: str
    type: GraphQLOutputType | None
    denied: bool
    internal: bool = False
    below: dict[str, Shape] = field(default_factory=dict)
    required: bool = field(init=False)
    leaf: bool = field(init=False)
    complete: Complete = field(init=False)
    values: Collection[str] | None = field(init=False)

    def __post_init__(self) -> None:
        inner = self.type.of_type if isinstance(self.type, GraphQLNonNull) else self.type
        self.required = inner is not self.type
        self.leaf = isinstance(inner, GraphQLScalarType | GraphQLEnumType) and not self.denied and not self.internal
        self.values = inner.values.keys() if isinstance(inner, GraphQLEnumType) else None
        self.complete = completion(inner)


def completion(leaf_type: GraphQLOutputType | None) -> Complete:
    """What the answer has for a value of this leaf type; a value of a schema's own scalar stays as it is."""
    if isinstance(leaf_type, GraphQLEnumType):
        values = leaf_type.values
        return lambda value: value if type(value) is str and value in values else INVALID
    return COMPLETE.get(str(leaf_type), _unchanged)


def _unchanged(value: Any) -> Any:
    return value


class Shape:
    """The selections on objects of one concrete type at one place.

    One object has several if a field is selected twice under different conditions.
    """

    __slots__ = ("_present", "_schema", "_variables", "selected")

    def __init__(self, selected: tuple[Selections, ...], schema: GraphQLSchema, variables: Mapping[str, Any]) -> None:
        self.selected, self._schema, self._variables = selected, schema, variables
        self._present: tuple[list[Slot], frozenset[str]] | None = None

    @property
    def type(self) -> str:
        """Name of the concrete type."""
        return self.selected[0].type

    @property
    def slots(self) -> list[Slot]:
        """The present response keys of the selections, in the client's order."""
        return self._resolve()[0]

    @property
    def fetched(self) -> frozenset[str]:
        """The response keys that are fetched from subgraphs, internal ones included."""
        return self._resolve()[1]

    def _resolve(self) -> tuple[list[Slot], frozenset[str]]:
        if self._present is not None:
            return self._present
        type_ = self._schema.type_map[self.type]
        if not isinstance(type_, GraphQLObjectType):
            raise TypeError(type_.name)
        slots: dict[str, Slot] = {}
        fetched: set[str] = set()
        for selected in (selected for selections in self.selected for selected in selections.fields):
            if not hold(selected.conditions, self._variables):
                continue
            internal = selected.key.startswith("__") and selected.key != "__typename"
            if not selected.denied:
                fetched.add(selected.key)
            if internal and not selected.selections:
                continue
            output = None if selected.name == "__typename" else self._output(type_, selected)
            slot = slots.setdefault(selected.key, Slot(selected.key, selected.name, output, selected.denied, internal))
            for selections in selected.selections:
                below = slot.below.setdefault(selections.type, Shape((), self._schema, self._variables))
                below.selected = (*below.selected, selections)
        self._present = list(slots.values()), frozenset(fetched)
        return self._present

    def _output(self, type_: GraphQLObjectType, selected: Field) -> GraphQLOutputType:
        """The type of a field; one that the client's schema lacks is internal, a list of objects of one type, without
        which nothing beside it is answered."""
        if selected.name in type_.fields:
            output: GraphQLOutputType = type_.fields[selected.name].type
            return output
        (selections,) = selected.selections
        return GraphQLNonNull(GraphQLList(GraphQLNonNull(self._schema.type_map[selections.type])))
