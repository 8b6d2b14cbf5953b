"""The root types of one subgraph, as the supergraph has them: by their usual names, without the federation protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.federation.compose.subgraph_model import Type, named_type

_PROTOCOL_FIELDS = ("_entities", "_service")


def without_protocol_fields(types: dict[str, Type]) -> dict[str, Type]:
    """The types without the root fields of the federation protocol, which are no fields of clients."""
    if "Query" not in types:
        return types
    query = types["Query"]
    fields = {name: field for name, field in query.fields.items() if name not in _PROTOCOL_FIELDS}
    return {**types, "Query": replace(query, fields=fields)}


def with_usual_root_names(types: dict[str, Type], schema_nodes: Sequence[Any]) -> dict[str, Type]:
    """The types with the root types renamed Query, Mutation and Subscription, also where fields refer to them."""
    usual_names = {
        entry.type.name.value: entry.operation.value.capitalize()
        for node in schema_nodes
        for entry in node.operation_types or ()
    }
    usual_names = {name: usual for name, usual in usual_names.items() if name != usual}
    if not usual_names:
        return types

    def renamed(printed: str) -> str:
        return printed.replace(named_type(printed), usual_names.get(named_type(printed), named_type(printed)))

    return {
        usual_names.get(type_.name, type_.name): replace(
            type_,
            name=usual_names.get(type_.name, type_.name),
            fields={name: replace(field, type=renamed(field.type)) for name, field in type_.fields.items()},
        )
        for type_ in types.values()
    }
