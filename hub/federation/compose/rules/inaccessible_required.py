"""REQUIRED_INACCESSIBLE: what clients must give is not hidden from them."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    is_required_argument,
    is_required_input_field,
)

from hub.errors import StartRefused
from hub.federation.compose.rules.failure import failure
from hub.federation.compose.visibility import holders, visible
from hub.federation.supergraph import Supergraph


def check(supergraph: Supergraph) -> Iterator[StartRefused]:
    """One failure per argument or input field."""
    for coordinate in _required(supergraph):
        parent = coordinate.partition("(")[0] if "(" in coordinate else coordinate.partition(".")[0]
        if coordinate in supergraph.inaccessible and visible(supergraph, parent):
            yield failure(
                "REQUIRED_INACCESSIBLE",
                coordinate,
                holders(supergraph, coordinate),
                "il est @inaccessible et pourtant obligatoire",
                "Donnez-lui une valeur par défaut, ou rendez-le visible ou facultatif",
            )


def _required(supergraph: Supergraph) -> Iterator[str]:
    """Arguments and input fields that must be given, also to a field that implements the argument's."""
    for type_ in supergraph.schema.type_map.values():
        if isinstance(type_, GraphQLInputObjectType):
            for name, field in type_.fields.items():
                if is_required_input_field(field):
                    yield f"{type_.name}.{name}"
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for name, output in type_.fields.items():
                for argument, each in output.args.items():
                    if is_required_argument(each):
                        yield f"{type_.name}.{name}({argument}:)"
                        for interface in type_.interfaces:
                            if name in interface.fields and visible(supergraph, f"{type_.name}.{name}({argument}:)"):
                                yield f"{interface.name}.{name}({argument}:)"
