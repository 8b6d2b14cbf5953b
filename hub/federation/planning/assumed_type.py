"""Objects of an `@interfaceObject` whose concrete type nobody needs to know.

Their subgraph answers with no type, and another one would have to be asked. It is not asked where the selections on
all types of the interface are alike: the executor takes such an object for any of the types, and fields are read where
the object is, or by its key in a subgraph that knows it as an interface object too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hub.federation.operations.operation import Field, Selections
from hub.federation.planning.graph import Graph
from hub.federation.planning.search_state import Option, Position


def assumed_type(graph: Graph, position: Position, entry: Field, options: Iterable[Option]) -> str:
    """The type that the objects of a field at a position may be taken for; empty if theirs must be known.

    A key of the hub's own, `__typename` or a mark of policy in a selection on them asks for the type. So does a type
    that clients don't see, one that a context reads, and a second place of the document that selects the objects.
    """
    types = {type_ for option in options for type_ in option.move.heads}
    places = sum(field.key == entry.key for above in position.selected for field in above.fields)
    if places > 1 or not types.isdisjoint(graph.context_types):
        return ""
    selected = entry.selections
    first = selected[0]
    fields = [field for selections in selected for field in selections.fields]
    needs_type = any(field.name == "__typename" or field.key.startswith("__") for field in fields)
    needs_type |= any(selections.mark is not None for selections in selected)
    if needs_type or not types <= {selections.type for selections in selected}:
        return ""
    alike = all(_form(graph, selections) == _form(graph, first) for selections in selected[1:])
    return first.type if alike else ""


def _form(graph: Graph, selections: Selections) -> list[tuple[Field, str]]:
    """The selected fields without their object's type, each with its own type."""
    declared: Any = graph.supergraph.schema.type_map[selections.type]
    return [(replace(field, type=""), str(declared.fields[field.name].type)) for field in selections.fields]
