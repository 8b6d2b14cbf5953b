"""Supergraphs of older composers, rewritten from join v0.1 (Federation 1) and v0.2 to v0.3.

v0.1 names the owner of an entity and the keys of each subgraph, and the subgraph of a field that is not at the owner;
other types are taken to be in every subgraph. v0.2 lacks only the members of unions. Versions after v0.5 are refused:
what they add may change which subgraph resolves a field (https://specs.apollo.dev/join).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import DirectiveDefinitionNode, DocumentNode, EnumTypeDefinitionNode, SchemaDefinitionNode, parse

from hub.federation.link_specification import identity, version
from hub.federation.operations.literals import literal

JOIN = "https://specs.apollo.dev/join"
LEGACY = ((0, 1), (0, 2))
SUPPORTED = (*LEGACY, (0, 3), (0, 4), (0, 5))
ROOTS = ("Query", "Mutation", "Subscription")


def modernised(document: DocumentNode) -> DocumentNode:
    """The supergraph in join v0.3, unchanged from v0.3 on; ValueError for an unsupported version."""
    join = next((version(url) for url in _features(document) if identity(url) == JOIN), None)
    if join not in SUPPORTED:
        raise ValueError(f"a supergraph says join v0.1 to v0.5, not {join and '.'.join(map(str, join))}")
    if join not in LEGACY:
        return document
    types = {node.name.value: node for node in document.definitions if _is_type(node)}  # type: ignore[attr-defined]
    legacy = _Legacy(types, _graphs(document), _provided(types))
    rewrite = legacy.owned if join == (0, 1) else legacy.union
    return DocumentNode(
        definitions=tuple(rewrite(node) if _is_type(node) else _linked(node) for node in document.definitions)
    )


def changed(node: Any, **changes: Any) -> Any:
    """The node with other values of some attributes."""
    return type(node)(**{key: changes.get(key, getattr(node, key, None)) for key in node.keys if key != "loc"})


@dataclass(frozen=True, slots=True)
class _Legacy:
    """A legacy supergraph: type definitions by name, its subgraphs in `join__Graph`, and the subgraphs whose
    `@provides` names a (type, field)."""

    types: dict[str, Any]
    graphs: tuple[str, ...]
    provided: dict[tuple[str, str], list[str]]

    def union(self, node: Any) -> Any:
        """From v0.2: add the members that each subgraph of a union has."""
        members = getattr(node, "types", None) or ()
        pairs = ((graph, member.name.value) for member in members for graph in self.homes(node))
        return _added(
            node,
            *(
                f'@join__unionMember(graph: {graph}, member: "{member}")'
                for graph, member in pairs
                if graph in self.homes(self.types[member])
            ),
        )

    def owned(self, node: Any) -> Any:
        """From v0.1: add each type's subgraphs, its fields at their owner, its keys wherever they are keys."""
        homes = self.homes(node)
        directives = [] if _applied(node, "join__type") else [f"@join__type(graph: {graph})" for graph in homes]
        directives += [
            f'@join__implements(graph: {graph}, interface: "{part.name.value}")'
            for part in getattr(node, "interfaces", None) or ()
            for graph in homes
        ]
        fields = getattr(node, "fields", None)
        if fields is not None and node.kind == "object_type_definition":
            node = changed(node, fields=tuple(self.field(node, part) for part in fields))
        return self.union(_added(node, *directives))

    def field(self, node: Any, field: Any) -> Any:
        """The field at its owner, unless it names a subgraph, and wherever a key or a `@provides` names it."""
        owner = _applied(node, "join__owner")
        if not owner:
            return field
        name, mine = field.name.value, str(owner[0]["graph"])
        declared = [join["graph"] for join in _applied(field, "join__field") if "graph" in join]
        added = {} if declared else {mine: ""}
        keys = [join["graph"] for join in _applied(node, "join__type") if name in _names(join.get("key"))]
        provided = self.provided.get((node.name.value, name), [])
        for graphs, external in ((keys, ""), (provided, ", external: true")):
            added.update((graph, external) for graph in graphs if graph not in declared and graph not in added)
        return _added(field, *(f"@join__field(graph: {graph}{external})" for graph, external in added.items()))

    def homes(self, node: Any) -> tuple[str, ...]:
        """Subgraphs that have the type; all of them if none is named."""
        return tuple(dict.fromkeys(join["graph"] for join in _applied(node, "join__type"))) or self.graphs


def _provided(types: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    provided: dict[tuple[str, str], list[str]] = {}
    for node in types.values():
        for field in getattr(node, "fields", None) or ():
            for join in _applied(field, "join__field"):
                for name in _names(join.get("provides")):
                    provided.setdefault((_named_type(field.type), name), []).append(join["graph"])
    return provided


def _is_type(node: Any) -> bool:
    own = not isinstance(node, DirectiveDefinitionNode | SchemaDefinitionNode)
    return own and not node.name.value.startswith(("join__", "core__", "link__"))


def _graphs(document: DocumentNode) -> tuple[str, ...]:
    for node in document.definitions:
        if isinstance(node, EnumTypeDefinitionNode) and node.name.value == "join__Graph":
            return tuple(value.name.value for value in node.values or ())
    return ()


def _features(document: DocumentNode) -> Iterator[str]:
    """URLs of the specifications that the schema follows, by `@link` or the older `@core`."""
    for node in document.definitions:
        if isinstance(node, SchemaDefinitionNode):
            for link in (*_applied(node, "link"), *_applied(node, "core")):
                yield str(link.get("url") or link.get("feature"))


def _linked(node: Any) -> Any:
    """A schema definition with `@link` in place of `@core`."""
    features = _applied(node, "core")
    if not features:
        return node
    links = []
    for feature in features:
        name = f', as: "{feature["as"]}"' if "as" in feature else ""
        purpose = f", for: {feature['for']}" if "for" in feature else ""
        links.append(f'@link(url: "{feature["feature"]}"{name}{purpose})')
    remaining = tuple(directive for directive in node.directives if directive.name.value != "core")
    return _added(changed(node, directives=remaining), *links)


def _added(node: Any, *directives: str) -> Any:
    """The node with these directives, written as SDL."""
    if not directives:
        return node
    written: Any = parse(f"scalar Any {' '.join(directives)}", no_location=True).definitions[0]
    return changed(node, directives=(*(node.directives or ()), *written.directives))


def _applied(node: Any, name: str) -> list[dict[str, Any]]:
    return [
        {argument.name.value: literal(argument.value) for argument in directive.arguments or ()}
        for directive in getattr(node, "directives", None) or ()
        if directive.name.value == name
    ]


def _names(field_set: str | None) -> tuple[str, ...]:
    """Fields at the top of a field set."""
    if not field_set:
        return ()
    document: Any = parse(f"{{ {field_set} }}", no_location=True)
    selections = document.definitions[0].selection_set.selections
    return tuple(selection.name.value for selection in selections if selection.kind == "field")


def _named_type(type_: Any) -> str:
    while type_.kind != "named_type":
        type_ = type_.type
    return str(type_.name.value)
