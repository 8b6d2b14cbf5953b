"""The supergraph as a graph of moves: which fields and other subgraphs an object of a type in a subgraph reaches.

Built once per supergraph. A node is (concrete type, subgraph, view); a view is what an `@provides` above opens: a
private copy of the nodes below that field.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from graphql import get_named_type, is_abstract_type

from hub.federation.operations.operation import Selections
from hub.federation.supergraph import ContextArgument, Key, Supergraph, SuperType


@dataclass(eq=False, slots=True)
class Node:
    """An object of a concrete type, as one subgraph holds it; there is one in a graph (`Graph.node`). `moves` are those
    that were looked for, by the field's name."""

    type: str
    subgraph: str
    view: Selections | None = None
    moves: dict[str, Move | None] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Move:
    """Reading one field at a node.

    `type`: the field's printed type in that subgraph; `requires`: the field set that its representation must hold;
    `composite`: whether the value is an object; `heads`: its nodes by type, none if no type of the subgraph is one of
    an abstract type; `contexts`: arguments that objects above give.
    """

    type: str
    requires: Selections | None = None
    composite: bool = False
    heads: dict[str, Node] = field(default_factory=dict)
    contexts: tuple[ContextArgument, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether the field needs inputs beside the key: a requirement or a context."""
        return self.requires is not None or bool(self.contexts)


_UNKNOWN = Move("")
"""In the place of a move that was not looked for yet."""


class Graph:
    """All moves of a supergraph with these labels on, each found once. `context_types`: types that contexts read."""

    def __init__(self, supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> None:
        self.supergraph, self.labels = supergraph, labels
        self.subgraphs = tuple(supergraph.endpoints)
        self.context_types = frozenset(
            selections.type
            for type_ in supergraph.types.values()
            for field in type_.fields.values()
            for join in field.joins.values()
            for argument in join.contexts
            for selections in argument.selections
        )
        self._nodes: dict[tuple[str, str, Selections | None], Node] = {}
        self._local_types: dict[tuple[str, str], str] = {}

    def node(self, type_name: str, subgraph: str, view: Selections | None = None) -> Node:
        """The node of a concrete type in a subgraph."""
        key = (type_name, subgraph, view)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(type_name, subgraph, view)
        return node

    def move(self, node: Node, name: str) -> Move | None:
        """The field move, None if this subgraph does not resolve the field here."""
        move = node.moves.get(name, _UNKNOWN)
        if move is _UNKNOWN:
            move = node.moves[name] = self._find(node, name)
        return move

    def keys(self, type_name: str, subgraph: str) -> Iterator[tuple[Key, Selections]]:
        """Resolvable keys by which an entity of the type is entered in the subgraph, under its `local_type` name."""
        yield from self._keys(self.local_type(type_name, subgraph), type_name, subgraph)

    def local_type(self, type_name: str, subgraph: str) -> str:
        """The name under which the subgraph holds objects of a concrete type: an interface's if it knows them only as
        an `@interfaceObject`."""
        key = (type_name, subgraph)
        if key not in self._local_types:
            types = self.supergraph.types
            type_ = self.supergraph.schema.type_map[type_name]
            interfaces = [interface.name for interface in getattr(type_, "interfaces", ())]
            objects = (name for name in interfaces if _is_interface_object(types[name], subgraph))
            own = subgraph in types[type_name].joins
            self._local_types[key] = type_name if own else next(objects, type_name)
        return self._local_types[key]

    def type_keys(self, type_name: str, interface: str) -> Iterator[tuple[str, Key, Selections]]:
        """Resolvable keys of an interface by which a subgraph tells the type of an object, if it is this one."""
        for subgraph, join in self.supergraph.types[interface].joins.items():
            if type_name in join.members and not join.interface_object:
                for key, selections in self._keys(interface, type_name, subgraph):
                    yield subgraph, key, selections

    def _keys(self, holder: str, type_name: str, subgraph: str) -> Iterator[tuple[Key, Selections]]:
        join = self.supergraph.types[holder].joins.get(subgraph)
        for key in join.keys if join else ():
            if key.resolvable:
                yield key, next(selections for selections in key.selections if selections.type == type_name)

    def roots(self, type_name: str) -> tuple[str, ...]:
        """Subgraphs that have the root type."""
        type_ = self.supergraph.types.get(type_name)
        return tuple(graph for graph in self.subgraphs if type_ and graph in type_.joins)

    def is_abstract(self, printed_type: str) -> bool:
        """Whether the named type is an interface or a union in the supergraph."""
        type_ = self.supergraph.types.get(printed_type.strip("[]!"))
        return type_ is not None and type_.kind != "object"

    def is_abstract_field(self, type_name: str, name: str) -> bool:
        """Whether the objects of a field may be of several types in some subgraph."""
        type_: Any = self.supergraph.schema.type_map[type_name]
        return is_abstract_type(get_named_type(type_.fields[name].type))

    def on_interface(
        self, interface: str, subgraph: str, name: str, arguments: tuple[tuple[str, str], ...], type_: str
    ) -> bool:
        """Whether a field of an interface's types has the same type on the interface itself, and the same arguments.

        Otherwise the selection on it may not be valid there, or clash with another's.
        """
        field = self.supergraph.types[interface].fields.get(name)
        join = field.joins.get(subgraph) if field else None
        declared: Any = self.supergraph.schema.type_map[interface]
        return (
            join is not None
            and join.type == type_
            and all(argument in declared.fields[name].args for argument, _ in arguments)
        )

    def _members(self, target: SuperType, subgraph: str) -> frozenset[str]:
        """Concrete types that a value may have: any of the interface's for an `@interfaceObject`."""
        join = target.joins.get(subgraph)
        if join is None or not join.interface_object:
            return join.members if join else frozenset()
        return frozenset().union(*(subgraph_join.members for subgraph_join in target.joins.values()))

    def _find(self, node: Node, name: str) -> Move | None:
        holder = self.local_type(node.type, node.subgraph)
        if name == "__typename":
            return Move("String!") if holder == node.type else None
        definition = self.supergraph.types[holder].fields.get(name)
        join = definition.joins.get(node.subgraph) if definition else None
        if join is None:
            return None
        provided = next((field for field in node.view.fields if field.name == name), None) if node.view else None
        moved = join.label is not None and join.overrides != (join.label in self.labels)
        if (join.external or moved) and not provided:
            return None
        requires = next((selections for selections in join.requires if selections.type == node.type), None)
        views: dict[str, Selections] = {}
        for selections in (*join.provides, *(provided.selections if provided else ())):
            view = views.get(selections.type)
            views[selections.type] = replace(selections, fields=view.fields + selections.fields) if view else selections
        target = self.supergraph.types.get(join.type.strip("[]!"))
        members = self._members(target, node.subgraph) if target else frozenset()
        heads = {member: self.node(member, node.subgraph, views.get(member)) for member in sorted(members)}
        return Move(join.type, requires, target is not None, heads, join.contexts)


def _is_interface_object(type_: SuperType, subgraph: str) -> bool:
    join = type_.joins.get(subgraph)
    return join is not None and join.interface_object


@lru_cache(maxsize=64)
def graph_of(supergraph: Supergraph, labels: frozenset[str] = frozenset()) -> Graph:
    """The graph of a supergraph with these labels on, built once."""
    return Graph(supergraph, labels)
