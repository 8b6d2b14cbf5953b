"""What an operation may cost at most, from `@cost` and `@listSize` of the supergraph: names count for nothing.

An object costs 1 and a leaf 0, unless `@cost` says otherwise of the field or of its type; a list costs its size times
its items, of several concrete types the dearest. The size is the greatest of the slicing arguments that are given, else
the assumed one, else 1: nothing is assumed of a list that says nothing. An argument costs what `@cost` says of it, of
its type and of the fields of its value. Source: https://specs.apollo.dev/cost/v0.1, of which it is the upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from hub.federation.errors import OperationRefused
from hub.federation.link_specification import identity
from hub.federation.operations.literals import literal
from hub.federation.operations.operation import Condition, Field, Operation, hold
from hub.federation.supergraph import Supergraph

_COST = "https://specs.apollo.dev/cost"


@dataclass(frozen=True, slots=True)
class _Argument:
    """A weighted argument of the operation: its coordinate, its type, the variable that holds its value."""

    coordinate: str
    type: GraphQLInputType
    variable: str


@dataclass(frozen=True, slots=True)
class _Item:
    """One field: the weight of one value, the variables that may give its size (else it is `assumed`), the fields below
    that have this size, and for each concrete type, the weight of an object and what is asked of it."""

    name: str
    conditions: tuple[Condition, ...]
    weight: int
    many: bool
    slices: tuple[str, ...]
    assumed: int
    sized: tuple[str, ...]
    arguments: tuple[_Argument, ...]
    below: tuple[tuple[int, tuple[_Item, ...]], ...]

    def size(self, values: Mapping[str, Any]) -> int:
        """Greatest number of items."""
        given = [value for name in self.slices if (value := values.get(name)) is not None]
        return max(0, *given) if given else self.assumed


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one operation, which depends on the values of its variables."""

    costs: Costs
    items: tuple[_Item, ...]

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise OperationRefused (DOCUMENT_COST_LIMIT) above the limit."""
        limit = self.costs.limit
        if self.of(values) > limit:
            raise OperationRefused("DOCUMENT_COST_LIMIT", f"cost above {limit}", {"limit": limit})

    def of(self, values: Mapping[str, Any]) -> int:
        """The cost under these values."""
        return self._of(self.items, {}, values)

    def _of(self, items: tuple[_Item, ...], sizes: Mapping[str, int], values: Mapping[str, Any]) -> int:
        """Depth is bounded by the document's limits."""
        total = 0
        for each in items:
            if hold(each.conditions, values):
                size = each.size(values)
                inner = dict.fromkeys(each.sized, size)
                below = max((weight + self._of(asked, inner, values) for weight, asked in each.below), default=0)
                total += sizes.get(each.name, size if each.many else 1) * (each.weight + below)
                total += sum(self.costs.of_value(argument, values) for argument in each.arguments)
        return total


class Costs:
    """What a supergraph says of costs; `limit` is the greatest that an operation may have."""

    def __init__(self, supergraph: Supergraph, limit: int) -> None:
        self.limit = limit
        self._types = supergraph.schema.type_map
        self._weights: dict[str, int] = {}
        self._sizes: dict[str, Mapping[str, Any]] = {}
        for coordinate, directives in supergraph.directives.items():
            for each in directives:
                if (identity(each.spec), each.name) == (_COST, "cost"):
                    self._weights[coordinate] = max(0, each.arguments["weight"])
                elif (identity(each.spec), each.name) == (_COST, "listSize"):
                    self._sizes[coordinate] = each.arguments

    def of(self, operation: Operation) -> Cost | None:
        """The cost of an operation; None where nothing is said of costs, and the other bounds hold it."""
        if not self._weights and not self._sizes:
            return None
        return Cost(self, tuple(self._item(each) for each in operation.root.fields if each.name != "__typename"))

    def of_value(self, argument: _Argument, values: Mapping[str, Any]) -> int:
        """The cost of an argument's value."""
        total = 0
        stack: list[tuple[str, GraphQLInputType, Any]]
        stack = [(argument.coordinate, argument.type, values.get(argument.variable))]
        while stack:
            coordinate, expected, value = stack.pop()
            named = get_named_type(expected)
            if isinstance(value, list):
                stack.extend((coordinate, expected, item) for item in value)
            elif value is not None:
                total += self._weights.get(coordinate, self._weights.get(named.name, 0))
                if isinstance(named, GraphQLInputObjectType):
                    stack.extend((f"{named.name}.{key}", named.fields[key].type, item) for key, item in value.items())
        return total

    def _size(self, field: Field, type_: GraphQLObjectType) -> Mapping[str, Any]:
        """What `@listSize` says of the field, or of the field of an interface that it implements."""
        places = (field.coordinate, *(f"{each.name}.{field.name}" for each in type_.interfaces))
        return next((self._sizes[place] for place in places if place in self._sizes), {})

    def _item(self, field: Field) -> _Item:
        """Depth is bounded by the document's limits."""
        type_: Any = self._types[field.type]
        definition = type_.fields[field.name]
        named = get_named_type(definition.type).name
        said = self._size(field, type_)
        given = dict(field.arguments)
        slicing = [name for name in said.get("slicingArguments") or () if name in definition.args]
        nodes = [definition.args[name].ast_node.default_value for name in slicing if name not in given]
        defaults = [literal(node) for node in nodes if node is not None]
        sizes = [each for each in (*defaults, said.get("assumedSize")) if each is not None]
        own = self._weights.get(field.coordinate)
        return _Item(
            field.name,
            field.conditions,
            (0 if field.selections else self._weights.get(named, 0)) if own is None else own,
            is_list_type(get_nullable_type(definition.type)),
            tuple(given[name] for name in slicing if name in given),
            sizes[0] if sizes else 1,
            tuple(said.get("sizedFields") or ()),
            tuple(
                _Argument(f"{field.coordinate}({name}:)", definition.args[name].type, variable)
                for name, variable in field.arguments
            ),
            tuple(
                (
                    self._weights.get(selections.type, self._weights.get(named, 1)) if own is None else 0,
                    tuple(self._item(each) for each in selections.fields if each.name != "__typename"),
                )
                for selections in field.selections
            ),
        )
