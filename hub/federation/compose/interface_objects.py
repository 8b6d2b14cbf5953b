"""Fields that `@interfaceObject` types resolve for the types of their interface."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hub.federation.compose.subgraph_model import Kind, OutputField, Subgraph
from hub.federation.compose.type_merging import possible_types


@dataclass(frozen=True, slots=True)
class InterfaceObjectField:
    """A field of an object type as an `@interfaceObject` declares it, in a subgraph that does not know the type.

    `coordinate` is the field of the object type, `own` that of the `@interfaceObject`."""

    subgraph: Subgraph
    coordinate: str
    own: str
    field: OutputField


def interface_object_fields(subgraphs: Sequence[Subgraph]) -> Iterator[InterfaceObjectField]:
    """Every such field, whether or not another subgraph declares it on the object type."""
    possible = possible_types(subgraphs)
    objects = {name for subgraph in subgraphs for name, type_ in subgraph.types.items() if type_.kind is Kind.OBJECT}
    for subgraph in subgraphs:
        for interface in subgraph.types.values():
            if interface.has("interfaceObject"):
                for name in sorted(possible.get(interface.name, frozenset()) & objects - subgraph.types.keys()):
                    for field in interface.fields.values():
                        own = f"{interface.name}.{field.name}"
                        yield InterfaceObjectField(subgraph, f"{name}.{field.name}", own, field)
