"""The upper bound of an operation's cost, from `@cost` and `@listSize` of the supergraph (never from names).

An object costs 1 and a leaf 0, unless `@cost` on the field or its type says otherwise; a list costs its size times the
cost of an item, that of the dearest concrete type. The size is the greatest slicing argument, else the assumed size,
else 1. An argument costs what `@cost` on it, on its type and on the fields of its value says. Source:
https://specs.apollo.dev/cost/v0.1.
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
    """One field of the operation.

    `weight`: cost of one value; `slices`: variables that may give the list's size, else `assumed`; `sized`: fields
    below that have this size; `below`: per concrete type, the weight of an object and its fields.
    """

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
        sizes = [value for name in self.slices if (value := values.get(name)) is not None]
        return max(0, *sizes) if sizes else self.assumed


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one operation, which depends on the values of its variables."""

    costs: Costs
    items: tuple[_Item, ...]

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise OperationRefused (DOCUMENT_COST_LIMIT) above the limit."""
        limit, cost = self.costs.limit, self.total(values)
        if cost > limit:
            raise OperationRefused("DOCUMENT_COST_LIMIT", f"cost {cost} above {limit}", {"cost": cost, "limit": limit})

    def total(self, values: Mapping[str, Any]) -> int:
        """The cost under these values."""
        return self._sum(self.items, {}, values)

    def _sum(self, items: tuple[_Item, ...], sizes: Mapping[str, int], values: Mapping[str, Any]) -> int:
        """The cost of fields. Depth is bounded by the document's limits."""
        total = 0
        for item in items:
            if hold(item.conditions, values):
                size = item.size(values)
                inner = dict.fromkeys(item.sized, size)
                below = max((weight + self._sum(fields, inner, values) for weight, fields in item.below), default=0)
                total += sizes.get(item.name, size if item.many else 1) * (item.weight + below)
                total += sum(self.costs.argument_cost(argument, values) for argument in item.arguments)
        return total


class Costs:
    """The `@cost` and `@listSize` of a supergraph; `limit` is the greatest cost of an operation."""

    def __init__(self, supergraph: Supergraph, limit: int) -> None:
        self.limit = limit
        self._types = supergraph.schema.type_map
        self._weights: dict[str, int] = {}
        self._sizes: dict[str, Mapping[str, Any]] = {}
        for coordinate, directives in supergraph.directives.items():
            for directive in directives:
                if (identity(directive.spec), directive.name) == (_COST, "cost"):
                    self._weights[coordinate] = max(0, directive.arguments["weight"])
                elif (identity(directive.spec), directive.name) == (_COST, "listSize"):
                    self._sizes[coordinate] = directive.arguments

    def cost(self, operation: Operation) -> Cost | None:
        """The cost of an operation; None if the supergraph has no costs, so that only the other limits apply."""
        if not self._weights and not self._sizes:
            return None
        return Cost(self, tuple(self._item(field) for field in operation.root.fields if field.name != "__typename"))

    def argument_cost(self, argument: _Argument, values: Mapping[str, Any]) -> int:
        """The cost of an argument's value."""
        total = 0
        stack: list[tuple[str, GraphQLInputType, Any]]
        stack = [(argument.coordinate, argument.type, values.get(argument.variable))]
        while stack:
            coordinate, expected, value = stack.pop()
            named_type = get_named_type(expected)
            if isinstance(value, list):
                stack.extend((coordinate, expected, item) for item in value)
            elif value is not None:
                total += self._weights.get(coordinate, self._weights.get(named_type.name, 0))
                if isinstance(named_type, GraphQLInputObjectType):
                    stack.extend(
                        (f"{named_type.name}.{key}", named_type.fields[key].type, item) for key, item in value.items()
                    )
        return total

    def _size(self, field: Field, type_: GraphQLObjectType) -> Mapping[str, Any]:
        """The `@listSize` arguments of the field, or of the interface field that it implements."""
        places = (field.coordinate, *(f"{interface.name}.{field.name}" for interface in type_.interfaces))
        return next((self._sizes[place] for place in places if place in self._sizes), {})

    def _item(self, field: Field) -> _Item:
        """The costs of one field. Depth is bounded by the document's limits."""
        type_: Any = self._types[field.type]
        definition = type_.fields[field.name]
        named_type = get_named_type(definition.type).name
        list_size = self._size(field, type_)
        variables = dict(field.arguments)
        slicing = [name for name in list_size.get("slicingArguments") or () if name in definition.args]
        nodes = [definition.args[name].ast_node.default_value for name in slicing if name not in variables]
        defaults = [literal(node) for node in nodes if node is not None]
        sizes = [size for size in (*defaults, list_size.get("assumedSize")) if size is not None]
        own = self._weights.get(field.coordinate)
        return _Item(
            field.name,
            field.conditions,
            (0 if field.selections else self._weights.get(named_type, 0)) if own is None else own,
            is_list_type(get_nullable_type(definition.type)),
            tuple(variables[name] for name in slicing if name in variables),
            sizes[0] if sizes else 1,
            tuple(list_size.get("sizedFields") or ()),
            tuple(
                _Argument(f"{field.coordinate}({name}:)", definition.args[name].type, variable)
                for name, variable in field.arguments
            ),
            tuple(
                (
                    self._weights.get(selections.type, self._weights.get(named_type, 1)) if own is None else 0,
                    tuple(self._item(inner) for inner in selections.fields if inner.name != "__typename"),
                )
                for selections in field.selections
            ),
        )
