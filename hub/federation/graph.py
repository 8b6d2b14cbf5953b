"""The supergraph as moves: from an object of a type in a subgraph, which fields and which other subgraphs it reaches.

Built once per supergraph. A node is (concrete type, subgraph, view); a view is what an `@provides` above opens, a
private copy of the nodes below that field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from hub.document.operation import Selections
from hub.federation.supergraph import Key, Supergraph


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a concrete type, as one subgraph holds it."""

    type: str
    subgraph: str
    view: Selections | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Reading one field at a node. `type` is the field's printed type in that subgraph; `requires` what the subgraph
    must be given of the entity; `heads` the nodes where a composite value may be, empty for a leaf."""

    type: str
    requires: Selections | None = None
    heads: tuple[Node, ...] = ()


class Graph:
    """All moves of a supergraph; pure look-ups, remembered."""

    def __init__(self, supergraph: Supergraph) -> None:
        self.supergraph = supergraph
        self.subgraphs = tuple(supergraph.endpoints)
        self._keyed = {
            (graph, coordinate)
            for type_ in supergraph.types.values()
            for graph, join in type_.joins.items()
            for key in join.keys
            for coordinate in _coordinates(key.selections)
        }
        self._moves: dict[tuple[Node, str], Move | None] = {}

    def move(self, node: Node, name: str) -> Move | None:
        """The field move, None if this subgraph does not resolve the field here."""
        key = (node, name)
        if key not in self._moves:
            self._moves[key] = self._find(node, name)
        return self._moves[key]

    def keys(self, type_name: str, subgraph: str) -> Iterator[tuple[Key, Selections]]:
        """Resolvable keys by which an entity of the type is entered in the subgraph."""
        join = self.supergraph.types[type_name].joins.get(subgraph)
        for key in join.keys if join else ():
            if key.resolvable:
                yield key, next(each for each in key.selections if each.type == type_name)

    def roots(self, type_name: str) -> tuple[str, ...]:
        """Subgraphs that have the root type."""
        type_ = self.supergraph.types.get(type_name)
        return tuple(graph for graph in self.subgraphs if type_ and graph in type_.joins)

    def is_abstract(self, printed_type: str) -> bool:
        """Whether the named type is an interface or a union in the supergraph."""
        type_ = self.supergraph.types.get(printed_type.strip("[]!"))
        return type_ is not None and type_.kind != "object"

    def _find(self, node: Node, name: str) -> Move | None:
        if name == "__typename":
            return Move("String!")
        field = self.supergraph.types[node.type].fields.get(name)
        join = field.joins.get(node.subgraph) if field else None
        if join is None:
            return None
        provided = next((each for each in node.view.fields if each.name == name), None) if node.view else None
        if join.external and not provided and (node.subgraph, f"{node.type}.{name}") not in self._keyed:
            return None
        requires = next((each for each in join.requires if each.type == node.type), None)
        views: dict[str, Selections] = {}
        for each in (*join.provides, *(provided.selections if provided else ())):
            known = views.get(each.type)
            views[each.type] = replace(each, fields=known.fields + each.fields) if known else each
        target = self.supergraph.types.get(join.type.strip("[]!"))
        members = target.joins[node.subgraph].members if target and node.subgraph in target.joins else frozenset()
        heads = tuple(Node(member, node.subgraph, views.get(member)) for member in sorted(members))
        return Move(join.type, requires, heads)


@lru_cache(maxsize=8)
def graph_of(supergraph: Supergraph) -> Graph:
    """The graph of a supergraph, built once."""
    return Graph(supergraph)


def _coordinates(selections: tuple[Selections, ...]) -> set[str]:
    found = set()
    stack = list(selections)
    while stack:
        for field in stack.pop().fields:
            found.add(field.coordinate)
            stack.extend(field.selections)
    return found
