"""Nullable variables whose default allows them in a non-null position (GraphQL specification §5.8.5, "All variable
usages are allowed").

`query ($all: Boolean = true) { … @include(if: $all) }` is valid: the variable may be left out, but an explicit null is
an error. Such a variable becomes non-null: `bind` refuses the null, and subgraphs get a declaration without default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from graphql import GraphQLNonNull, GraphQLSchema

from hub.federation.operations.operation import ClientDirective, Selections, Variable


def with_defaults(
    variables: Sequence[Variable],
    defaults: Mapping[str, Any],
    root: Selections,
    directives: Iterable[ClientDirective],
    schema: GraphQLSchema,
) -> tuple[Variable, ...]:
    """The variables; nullable ones that have a default and a non-null position become non-null."""
    nullable = {
        variable.name
        for variable in variables
        if not variable.type.endswith("!") and defaults.get(variable.name) is not None
    }
    non_null = nullable & {*_non_null(root, schema), *_of_directives(directives, schema)} if nullable else nullable
    return tuple(
        replace(variable, type=f"{variable.type}!") if variable.name in non_null else variable for variable in variables
    )


def _non_null(root: Selections, schema: GraphQLSchema) -> Iterator[str]:
    """Variables in non-null positions."""
    stack = [root]
    while stack:
        selections = stack.pop()
        for field in selections.fields:
            yield from (condition.variable for condition in field.conditions)
            for occurrence in field.occurrences:
                yield from _of_directives(occurrence.directives, schema)
            stack.extend(field.selections)
            if field.arguments:
                definition = schema.get_field(schema.type_map[field.type], field.name)  # type: ignore[arg-type]
                assert definition is not None
                types = {name: argument.type for name, argument in definition.args.items()}
                yield from (name for argument, name in field.arguments if isinstance(types[argument], GraphQLNonNull))


def _of_directives(directives: Iterable[ClientDirective], schema: GraphQLSchema) -> Iterator[str]:
    """Variables in non-null arguments of directives."""
    for directive in directives:
        definition = schema.get_directive(directive.name)
        assert definition is not None
        for argument, name in directive.arguments:
            if isinstance(definition.args[argument].type, GraphQLNonNull):
                yield name
