"""Supergraphs of older composers, told as today's: join v0.1 (Federation 1) and v0.2 become v0.3.

v0.1 says of an entity who owns it and which keys each subgraph has; of a field, where it is if that is not the owner;
of other types nothing: every subgraph is taken to have them. v0.2 says all but the members of unions. Versions after
v0.5 are not read: what they add may change who answers a field (https://specs.apollo.dev/join).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import DirectiveDefinitionNode, DocumentNode, EnumTypeDefinitionNode, SchemaDefinitionNode, parse

from hub.federation.link_specification import identity, version
from hub.federation.operations.literals import literal

JOIN = "https://specs.apollo.dev/join"
OLDER = ((0, 1), (0, 2))
READ = (*OLDER, (0, 3), (0, 4), (0, 5))
ROOTS = ("Query", "Mutation", "Subscription")


def todays(document: DocumentNode) -> DocumentNode:
    """The supergraph as join v0.3 tells it, later ones as they are; ValueError for a version that is not read."""
    found = next((version(url) for url in _features(document) if identity(url) == JOIN), None)
    if found not in READ:
        raise ValueError(f"a supergraph says join v0.1 to v0.5, not {found and '.'.join(map(str, found))}")
    if found not in OLDER:
        return document
    types = {each.name.value: each for each in document.definitions if _is_type(each)}  # type: ignore[attr-defined]
    older = _Older(types, _graphs(document), _provided(types))
    told = older.owned if found == (0, 1) else older.union
    return DocumentNode(
        definitions=tuple(told(each) if _is_type(each) else _linked(each) for each in document.definitions)
    )


def changed(node: Any, **changes: Any) -> Any:
    """The node with other values of some attributes."""
    return type(node)(**{key: changes.get(key, getattr(node, key, None)) for key in node.keys if key != "loc"})


@dataclass(frozen=True, slots=True)
class _Older:
    """An older supergraph: its type definitions by name, the names of its subgraphs in `join__Graph`, and the subgraphs
    where a `@provides` names a (type, field)."""

    types: dict[str, Any]
    graphs: tuple[str, ...]
    provided: dict[tuple[str, str], list[str]]

    def union(self, node: Any) -> Any:
        """v0.2: the members that each subgraph of a union has."""
        pairs = ((graph, each.name.value) for each in getattr(node, "types", None) or () for graph in self.homes(node))
        return _added(
            node,
            *(
                f'@join__unionMember(graph: {graph}, member: "{member}")'
                for graph, member in pairs
                if graph in self.homes(self.types[member])
            ),
        )

    def owned(self, node: Any) -> Any:
        """v0.1: each type in its subgraphs, its fields at their owner, its keys wherever they are keys."""
        homes = self.homes(node)
        told = [] if _applied(node, "join__type") else [f"@join__type(graph: {graph})" for graph in homes]
        told += [
            f'@join__implements(graph: {graph}, interface: "{each.name.value}")'
            for each in getattr(node, "interfaces", None) or ()
            for graph in homes
        ]
        fields = getattr(node, "fields", None)
        if fields is not None and node.kind == "object_type_definition":
            node = changed(node, fields=tuple(self.field(node, each) for each in fields))
        return self.union(_added(node, *told))

    def field(self, node: Any, field: Any) -> Any:
        """The field at its owner if nothing else is said, and where a key or a `@provides` names it."""
        owner = _applied(node, "join__owner")
        if not owner:
            return field
        name, mine = field.name.value, str(owner[0]["graph"])
        at = [each["graph"] for each in _applied(field, "join__field") if "graph" in each]
        told = {} if at else {mine: ""}
        keys = [each["graph"] for each in _applied(node, "join__type") if name in _names(each.get("key"))]
        provided = self.provided.get((node.name.value, name), [])
        for graphs, external in ((keys, ""), (provided, ", external: true")):
            told.update((graph, external) for graph in graphs if graph not in at and graph not in told)
        return _added(field, *(f"@join__field(graph: {graph}{external})" for graph, external in told.items()))

    def homes(self, node: Any) -> tuple[str, ...]:
        """Subgraphs that have the type; all of them, where that is not said."""
        return tuple(dict.fromkeys(each["graph"] for each in _applied(node, "join__type"))) or self.graphs


def _provided(types: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for node in types.values():
        for field in getattr(node, "fields", None) or ():
            for each in _applied(field, "join__field"):
                for name in _names(each.get("provides")):
                    found.setdefault((_named(field.type), name), []).append(each["graph"])
    return found


def _is_type(node: Any) -> bool:
    own = not isinstance(node, DirectiveDefinitionNode | SchemaDefinitionNode)
    return own and not node.name.value.startswith(("join__", "core__", "link__"))


def _graphs(document: DocumentNode) -> tuple[str, ...]:
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            return tuple(each.name.value for each in node.values or ())
    return ()


def _features(document: DocumentNode) -> Iterator[str]:
    """URLs of the specifications that the schema follows, by `@link` or the older `@core`."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            for each in (*_applied(node, "link"), *_applied(node, "core")):
                yield str(each.get("url") or each.get("feature"))


def _linked(node: Any) -> Any:
    """A schema definition that says `@link` where it said `@core`."""
    told = _applied(node, "core")
    if not told:
        return node
    links = []
    for each in told:
        name = f', as: "{each["as"]}"' if "as" in each else ""
        purpose = f", for: {each['for']}" if "for" in each else ""
        links.append(f'@link(url: "{each["feature"]}"{name}{purpose})')
    kept = tuple(each for each in node.directives if each.name.value != "core")
    return _added(changed(node, directives=kept), *links)


def _added(node: Any, *directives: str) -> Any:
    """The node with these directives, written as SDL."""
    if not directives:
        return node
    written: Any = parse(f"scalar Any {' '.join(directives)}", no_location=True).definitions[0]
    return changed(node, directives=(*(node.directives or ()), *written.directives))


def _applied(node: Any, name: str) -> list[dict[str, Any]]:
    return [
        {argument.name.value: literal(argument.value) for argument in each.arguments or ()}
        for each in getattr(node, "directives", None) or ()
        if each.name.value == name
    ]


def _names(field_set: str | None) -> tuple[str, ...]:
    """Fields at the top of a field set."""
    if not field_set:
        return ()
    document: Any = parse(f"{{ {field_set} }}", no_location=True)
    selections = document.definitions[0].selection_set.selections
    return tuple(each.name.value for each in selections if each.kind == "field")


def _named(type_: Any) -> str:
    while type_.kind != "named_type":
        type_ = type_.type
    return str(type_.name.value)
