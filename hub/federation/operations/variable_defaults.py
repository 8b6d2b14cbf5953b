"""Variables that a default makes good for a non-null place (GraphQL specification §5.8.5, "All variable usages are
allowed").

`query ($all: Boolean = true) { … @include(if: $all) }` is valid: the variable may be left out, but a null where the
place forbids it is an error. Such a variable is non-null from here on: `bind` refuses the null, and subgraphs get a
declaration that needs no default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import GraphQLNonNull, GraphQLSchema

from hub.federation.operations.operation import Selections, Variable


def settled(
    variables: Sequence[Variable], defaults: Mapping[str, Any], root: Selections, schema: GraphQLSchema
) -> tuple[Variable, ...]:
    """The variables; nullable ones that have a default and stand at a non-null place are non-null."""
    loose = {each.name for each in variables if not each.type.endswith("!") and defaults.get(each.name) is not None}
    needed = loose & set(_needed(root, schema)) if loose else loose
    return tuple(replace(each, type=f"{each.type}!") if each.name in needed else each for each in variables)


def _needed(root: Selections, schema: GraphQLSchema) -> Iterator[str]:
    stack = [root]
    while stack:
        selections = stack.pop()
        for field in selections.fields:
            yield from (condition.variable for condition in field.conditions)
            stack.extend(field.selections)
            if field.arguments:
                definition = schema.get_field(schema.type_map[field.type], field.name)  # type: ignore[arg-type]
                assert definition is not None
                types = {name: argument.type for name, argument in definition.args.items()}
                yield from (name for argument, name in field.arguments if isinstance(types[argument], GraphQLNonNull))
