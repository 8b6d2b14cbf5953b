"""The upper bound of an operation's cost, from `@cost` and `@listSize` of the supergraph (never from names).

An object costs 1 and a leaf 0, unless `@cost` on the field or its type says otherwise; a list costs its size times the
cost of an item, that of the dearest concrete type. The size is the greatest slicing argument, else the assumed size,
else 1. An argument costs what `@cost` on it, on its type and on the fields of its value says. Source:
https://specs.apollo.dev/cost/v0.1. Leaves cost nothing there, but aliases multiply them: their number has a bound of
its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
class _FieldCost:
    """What a field costs in any operation: `slicing` are the arguments that may give the list's size, with their
    defaults; `own` is its weight, if it has one; `arguments` those that may cost something."""

    type: str
    many: bool
    slicing: Mapping[str, Any]
    assumed: int | None
    sized: tuple[str, ...]
    own: int | None
    arguments: Mapping[str, _Argument]


@dataclass(slots=True, eq=False)
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
    """The cost of one operation, which depends on the values of its variables: `sizes` are those of conditions and of
    lists' sizes, `weighted` the arguments that cost something."""

    costs: Costs
    items: tuple[_Item, ...]
    sizes: tuple[str, ...]
    weighted: tuple[_Argument, ...]
    _passed: list[list[Any] | None] = field(default_factory=lambda: [None], compare=False)
    """What the latest operation that passed depended on: sizes, and costs of arguments."""

    def check(self, values: Mapping[str, Any]) -> None:
        """Raise OperationRefused (DOCUMENT_COST_LIMIT, DOCUMENT_VALUES_LIMIT) above the limits."""
        arguments = {argument: self.costs.argument_cost(argument, values) for argument in self.weighted}
        causes = [*(values.get(name) for name in self.sizes), *arguments.values()]
        if causes == self._passed[0]:
            return
        limit, cost = self.costs.limit, self._sum(self.items, {}, values, arguments)
        if cost > limit:
            raise OperationRefused("DOCUMENT_COST_LIMIT", f"cost {cost} above {limit}", {"count": cost, "limit": limit})
        most, leaves = self.costs.most_values, self.leaves(values)
        if leaves > most:
            raise OperationRefused(
                "DOCUMENT_VALUES_LIMIT", f"{leaves} values above {most}", {"count": leaves, "limit": most}
            )
        self._passed[0] = causes

    def total(self, values: Mapping[str, Any]) -> int:
        """The cost under these values."""
        arguments = {argument: self.costs.argument_cost(argument, values) for argument in self.weighted}
        return self._sum(self.items, {}, values, arguments)

    def leaves(self, values: Mapping[str, Any]) -> int:
        """The greatest number of leaves that an answer can hold under these values; a list of leaves counts once."""
        return self._leaves(self.items, {}, values)

    def _leaves(self, items: tuple[_Item, ...], sizes: Mapping[str, int], values: Mapping[str, Any]) -> int:
        total = 0
        for item in items:
            if not hold(item.conditions, values):
                continue
            if not item.below:
                total += 1
                continue
            size = item.size(values)
            inner = dict.fromkeys(item.sized, size)
            below = max(self._leaves(fields, inner, values) for _, fields in item.below)
            total += sizes.get(item.name, size if item.many else 1) * below
        return total

    def _sum(
        self,
        items: tuple[_Item, ...],
        sizes: Mapping[str, int],
        values: Mapping[str, Any],
        arguments: Mapping[_Argument, int],
    ) -> int:
        """The cost of fields, with those of `arguments`. Depth is bounded by the document's limits."""
        total = 0
        for item in items:
            if hold(item.conditions, values):
                size = item.size(values)
                inner = dict.fromkeys(item.sized, size)
                below = max(
                    (weight + self._sum(fields, inner, values, arguments) for weight, fields in item.below), default=0
                )
                total += sizes.get(item.name, size if item.many else 1) * (item.weight + below)
                total += sum(arguments[argument] for argument in item.arguments)
        return total


class Costs:
    """The `@cost` and `@listSize` of a supergraph; `limit` is the greatest cost of an operation, `most_values` the
    greatest number of leaves of its answer."""

    def __init__(self, supergraph: Supergraph, limit: int, most_values: int = 10**9) -> None:
        self.limit, self.most_values = limit, most_values
        self._types = supergraph.schema.type_map
        self._weights: dict[str, int] = {}
        self._sizes: dict[str, Mapping[str, Any]] = {}
        self._fields: dict[tuple[str, str], _FieldCost] = {}
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
        items = tuple(self._item(field) for field in operation.root.fields if field.name != "__typename")
        sizes, weighted = _causes(items)
        return Cost(self, items, sizes, weighted)

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

    def _is_weighted(self, coordinate: str, type_: GraphQLInputType) -> bool:
        """Whether a value of the argument can cost anything."""
        pending, visited = [(coordinate, type_)], set[str]()
        while pending:
            place, expected = pending.pop()
            named_type = get_named_type(expected)
            if place in self._weights or named_type.name in self._weights:
                return True
            if isinstance(named_type, GraphQLInputObjectType) and named_type.name not in visited:
                visited.add(named_type.name)
                pending += ((f"{named_type.name}.{key}", below.type) for key, below in named_type.fields.items())
        return False

    def _size(self, field: Field, type_: GraphQLObjectType) -> Mapping[str, Any]:
        """The `@listSize` arguments of the field, or of the interface field that it implements."""
        places = (field.coordinate, *(f"{interface.name}.{field.name}" for interface in type_.interfaces))
        return next((self._sizes[place] for place in places if place in self._sizes), {})

    def _field(self, field: Field) -> _FieldCost:
        """The costs of a field in any operation."""
        key = field.type, field.name
        costs = self._fields.get(key)
        if costs is None:
            type_: Any = self._types[field.type]
            definition = type_.fields[field.name]
            list_size = self._size(field, type_)
            slicing = [name for name in list_size.get("slicingArguments") or () if name in definition.args]
            nodes = {name: definition.args[name].ast_node.default_value for name in slicing}
            costs = self._fields[key] = _FieldCost(
                get_named_type(definition.type).name,
                is_list_type(get_nullable_type(definition.type)),
                {name: None if node is None else literal(node) for name, node in nodes.items()},
                list_size.get("assumedSize"),
                tuple(list_size.get("sizedFields") or ()),
                self._weights.get(field.coordinate),
                {
                    name: _Argument(coordinate, argument.type, "")
                    for name, argument in definition.args.items()
                    if self._is_weighted(coordinate := f"{field.coordinate}({name}:)", argument.type)
                },
            )
        return costs

    def _item(self, field: Field) -> _Item:
        """The costs of one field. Depth is bounded by the document's limits."""
        costs = self._field(field)
        variables = dict(field.arguments)
        defaults = [size for name, size in costs.slicing.items() if name not in variables]
        sizes = [size for size in (*defaults, costs.assumed) if size is not None]
        own = costs.own
        return _Item(
            field.name,
            field.conditions,
            (0 if field.selections else self._weights.get(costs.type, 0)) if own is None else own,
            costs.many,
            tuple(variables[name] for name in costs.slicing if name in variables),
            sizes[0] if sizes else 1,
            costs.sized,
            tuple(
                replace(costs.arguments[name], variable=variable)
                for name, variable in field.arguments
                if name in costs.arguments
            ),
            tuple(
                (
                    self._weights.get(selections.type, self._weights.get(costs.type, 1)) if own is None else 0,
                    tuple(self._item(inner) for inner in selections.fields if inner.name != "__typename"),
                )
                for selections in field.selections
            ),
        )


def _causes(items: tuple[_Item, ...]) -> tuple[tuple[str, ...], tuple[_Argument, ...]]:
    """The variables of conditions and sizes, and the weighted arguments, on which a cost depends."""
    sizes: dict[str, None] = {}
    weighted: dict[_Argument, None] = {}
    pending = list(items)
    while pending:
        item = pending.pop()
        sizes.update(dict.fromkeys([*item.slices, *(condition.variable for condition in item.conditions)]))
        weighted.update(dict.fromkeys(item.arguments))
        pending += (below for _, fields in item.below for below in fields)
    return tuple(sizes), tuple(weighted)
