"""The federation schema of a subgraph, from which the SDL is printed and on which documents are validated.

Its types have no resolvers: `subgraphs.kit.server` answers from one statement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import strawberry
from graphql import (
    DefinitionNode,
    DocumentNode,
    GraphQLError,
    ObjectTypeDefinitionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    parse,
    print_ast,
)
from strawberry.federation.schema import FederationAny, Schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from subgraphs.kit.connection_types import connection_arguments
from subgraphs.kit.costs import list_size, page_size, sized
from subgraphs.kit.entity import entity_of
from subgraphs.kit.fields import ManyField
from subgraphs.kit.root_fields import RootKind
from subgraphs.kit.scalars import SCALARS
from subgraphs.kit.subgraph_model import Model


@strawberry.type(name="_Service")
class Service:
    """What the federation protocol asks of a subgraph."""

    sdl: str


def _service(info: Info) -> Service:
    assert isinstance(info.schema, SubgraphSchema)
    return Service(sdl=info.schema.sdl)


@strawberry.type
class SubgraphQuery:
    """The base of every subgraph's `Query`."""

    service: Service = strawberry.field(resolver=_service, name="_service")


class SubgraphSchema(Schema):
    """A federation schema that never builds an entity from what the caller sent, and logs no error text: it quotes."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        for type_ in self._schema.type_map.values():
            definition = type_.extensions.get("strawberry-definition")
            if row := getattr(definition, "type_var_map", {}).get("T"):
                type_.description = str(type_.description).format(of_rows=entity_of(row).of_rows)

    @cached_property
    def sdl(self) -> str:
        """The schema as composition reads it: without the fields and types of the protocol itself."""
        return composed_text(self.as_str())

    def entities_resolver(self, info: Info, representations: list[FederationAny]) -> list[FederationAny]:
        """Entities are answered from the statement; nothing else may answer them."""
        raise NotImplementedError

    def _extend_introspection(self) -> None:
        """graphql-core tells `isOneOf` itself; Strawberry would replace its type's field for the whole process."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Leave errors to the server, which tells their code."""


def subgraph_schema(model: Model, extensions: Sequence[Any] = ()) -> SubgraphSchema:
    """Build the federation schema of a subgraph."""
    for entity in model.entities.values():
        for field in entity.fields.values():
            if not isinstance(field, ManyField):
                continue
            if field.is_connection:
                field.arguments = connection_arguments(model.target(field).of_rows, field.page)
            size = page_size(field.page) if field.is_connection else list_size(field.page)
            field.directives = sized(field.directives, size)
    for root in model.roots.values():
        if root.kind in (RootKind.CASELOAD, RootKind.CATALOGUE):
            root.arguments = root.list_arguments()
            root.directives = sized(root.directives, page_size(root.page))
    return SubgraphSchema(
        query=model.query,
        mutation=model.mutation,
        types=[model.entities[name].origin for name in sorted(model.entities)],
        extensions=list(extensions),
        config=StrawberryConfig(scalar_map=SCALARS),
        federation_version="2.11",
    )


def composed_text(text: str) -> str:
    """SDL less `_entities`, `_service` and their types, which every composition adds itself."""
    definitions = map(_composed, parse(text, no_location=True).definitions)
    return print_ast(DocumentNode(definitions=tuple(node for node in definitions if node is not None))).rstrip() + "\n"


def _composed(definition: DefinitionNode) -> Any:
    if isinstance(definition, SchemaDefinitionNode):
        return SchemaExtensionNode(directives=definition.directives)
    if isinstance(definition, TypeDefinitionNode) and definition.name.value.startswith("_"):
        return None
    if isinstance(definition, ObjectTypeDefinitionNode) and definition.name.value == "Query":
        fields = tuple(field for field in definition.fields or () if not field.name.value.startswith("_"))
        return replace(definition, fields=fields) if fields else None
    return definition
