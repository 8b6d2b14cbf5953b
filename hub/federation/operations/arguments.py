"""The variables that carry a document's arguments: the client's own, and those that hold its lifted literals."""

from __future__ import annotations

from typing import Any, TypeAlias

import orjson
from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentSpreadNode,
    GraphQLInputType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    VariableNode,
)

from hub.federation.operations.literals import Reference, literal
from hub.federation.operations.operation import ClientDirective, Variable
from schema.written_numbers import written

Bearing: TypeAlias = FieldNode | FragmentSpreadNode | InlineFragmentNode | OperationDefinitionNode
"""Nodes that may bear directives of the schema."""


class Arguments:
    """The arguments of one document. `taken`: names of variables; `lifted`: the variables of `literals`."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.taken: set[str] = set()
        self.lifted: list[Variable] = []
        self.literals: dict[str, Any] = {}
        self.interned: dict[tuple[str, str], str] = {}

    def directives(self, node: Bearing) -> tuple[ClientDirective, ...]:
        """The directives of the schema on a node: all but GraphQL's own conditions."""
        directives = []
        for applied in node.directives or ():
            definition = self.schema.get_directive(applied.name.value)
            if definition is not None and applied.name.value not in ("skip", "include"):
                arguments = sorted(entry.name.value for entry in applied.arguments or ())
                directives.append(
                    ClientDirective(
                        definition.name,
                        tuple(
                            (argument, self.variable(applied, argument, definition.args[argument].type))
                            for argument in arguments
                        ),
                    )
                )
        return tuple(directives)

    def variable(self, node: FieldNode | DirectiveNode, argument: str, type_: GraphQLInputType) -> str:
        """Variable that carries an argument: the client's own, or one that holds the lifted literal."""
        value = next(entry.value for entry in node.arguments or () if entry.name.value == argument)
        if isinstance(value, VariableNode):
            return value.name.value
        template = literal(value, type_)
        printed = orjson.dumps(template, default=_printed, option=orjson.OPT_SORT_KEYS)
        literal_key = (str(type_), printed.decode())
        if literal_key not in self.interned:
            name = f"l{len(self.interned)}"
            while name in self.taken:
                name = f"l{name}"
            self.taken.add(name)
            self.interned[literal_key] = name
            self.lifted.append(Variable(name, literal_key[0], lifted=True))
            self.literals[name] = template
        return self.interned[literal_key]


def _printed(value: Any) -> Any:
    return {"$": value.name} if isinstance(value, Reference) else written(value)
