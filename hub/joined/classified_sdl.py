"""The SDL of a subgraph of others with the categories of its fields, and without what has none.

The directives are those of `schema/privacy.graphql`, as the hub's own subgraphs bear them, so that composition,
classification, decisions and journal derive from them alike. What is left out is closed to everyone, and the rest is
served: a field that the other team adds closes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    print_ast,
)

from hub.joined.field_categories import FieldCategories
from schema.categories import SPEC, Category

PRIVACY = Path(__file__).resolve().parents[2] / "schema" / "privacy.graphql"
BUILT_IN = frozenset({"Int", "Float", "String", "Boolean", "ID", "_Any", "_Entity", "_Service"})
PROTOCOL = frozenset({"Query._entities", "Query._service", "_Service.sdl"})
"""Fields of the federation protocol, which composition leaves out."""
ROOTS = frozenset({"Query", "Mutation", "Subscription"})
UNREAD = frozenset({"id", "first", "after"})
ACCESS = "_access"
OBJECTS = ObjectTypeDefinitionNode, ObjectTypeExtensionNode
INTERFACES = InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode
INPUTS = InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode
UNIONS = UnionTypeDefinitionNode, UnionTypeExtensionNode


@dataclass(frozen=True, slots=True)
class ClassifiedSdl:
    """An SDL to compose; `closed`: what it lacks of the subgraph's own, coordinates in order; `unknown`: coordinates of
    the file of categories that the subgraph does not have."""

    text: str
    closed: tuple[str, ...]
    unknown: tuple[str, ...]


class SdlRefused(Exception):
    """The text is no SDL, or gives categories itself; the argument is a French sentence."""


def classified_sdl(sdl: str, categories: FieldCategories, own: frozenset[str]) -> ClassifiedSdl:
    """Classify an SDL; `own` are the coordinates of the hub's own subgraphs, whose categories stay theirs. Raises
    SdlRefused."""
    try:
        document = parse(sdl, no_location=True)
    except GraphQLSyntaxError as error:
        raise SdlRefused(f"ce n'est pas du SDL ({error.message})") from None
    shared, reserved = _shared()
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode) and node.name.value in reserved:
            raise SdlRefused(
                f"la directive @{node.name.value} est celle du hub : les catégories sont dans les réglages"
            )
    if SPEC in sdl:
        raise SdlRefused("il nomme la spécification des catégories : elles sont dans les réglages, pas dans le SDL")
    own_lists = {_name(node) for node in shared if not _is_directive(node)}
    nodes = [node for node in document.definitions if _name(node) not in own_lists or _is_directive(node)]
    pruning = _Pruning(nodes, categories, own)
    definitions = list(pruning.definitions())
    imports = ", ".join(f'"@{name}"' for name in reserved)
    linked = f'extend schema @link(url: "{SPEC}", import: [{imports}])'
    text = "\n\n".join([linked, *map(print_ast, shared), *map(print_ast, definitions)])
    coordinates = {*categories.fields, *categories.reads, *categories.personal}
    return ClassifiedSdl(text, tuple(sorted(pruning.closed)), tuple(sorted(coordinates - pruning.present)))


def _shared() -> tuple[tuple[Node, ...], tuple[str, ...]]:
    """The directives of protection with their lists and the scalar of facts, and the names of these directives."""
    lists = (DirectiveDefinitionNode, EnumTypeDefinitionNode)
    nodes = tuple(
        node
        for node in parse(PRIVACY.read_text(encoding="utf-8"), no_location=True).definitions
        if isinstance(node, lists) or (isinstance(node, ScalarTypeDefinitionNode) and node.name.value == "Access")
    )
    return nodes, tuple(node.name.value for node in nodes if isinstance(node, DirectiveDefinitionNode))


def _name(node: Any) -> str:
    return node.name.value if getattr(node, "name", None) is not None else ""


def _is_directive(node: Node) -> bool:
    return isinstance(node, DirectiveDefinitionNode)


class _Pruning:
    """Takes out, until nothing more goes, what has no category and what leads to it."""

    def __init__(self, nodes: list[Any], categories: FieldCategories, own: frozenset[str]) -> None:
        self._nodes, self._categories, self._own = nodes, categories, own
        self.closed: set[str] = set()
        self.present = frozenset(_coordinates(nodes))
        self._types = {_name(node) for node in nodes if not _is_directive(node)}

    def definitions(self) -> Iterator[Node]:
        """The definitions that stay, with their directives."""
        while True:
            before = len(self.closed)
            for node in self._nodes:
                self._close_in(node)
            if len(self.closed) == before:
                break
        return filter(None, map(self._classified, self._nodes))

    def _close_in(self, node: Any) -> None:
        name = _name(node)
        if isinstance(node, INPUTS):
            for value in node.fields or ():
                if not self._is_open_input(f"{name}.{value.name.value}", value):
                    self.closed.add(f"{name}.{value.name.value}")
                    if _is_required(value):
                        self.closed.add(name)
        elif isinstance(node, OBJECTS + INTERFACES):
            for field in node.fields or ():
                if not self._is_open(name, field, isinstance(node, INTERFACES)):
                    self.closed.add(f"{name}.{field.name.value}")
            self._close_empty(name)
        elif isinstance(node, UNIONS) and all(_name(member) in self.closed for member in node.types or ()):
            self.closed.add(name)

    def _close_empty(self, name: str) -> None:
        """Close a type of which no field is left, unless it is a root."""
        fields = [
            f"{name}.{field.name.value}"
            for node in self._nodes
            if isinstance(node, OBJECTS + INTERFACES) and _name(node) == name
            for field in node.fields or ()
        ]
        if fields and self.closed.issuperset(fields) and name not in ROOTS:
            self.closed.add(name)

    def _is_open(self, type_name: str, field: FieldDefinitionNode, of_interface: bool) -> bool:
        coordinate = f"{type_name}.{field.name.value}"
        if coordinate in PROTOCOL:
            return True
        if _innermost_name(field.type) in self.closed:
            return False
        if of_interface:
            return all(f"{name}.{field.name.value}" not in self.closed for name in self._implementers(type_name))
        for argument in field.arguments or ():
            place = f"{coordinate}({argument.name.value}:)"
            if argument.name.value not in UNREAD and not self._is_open_input(place, argument):
                self.closed.add(place)
                if _is_required(argument):
                    return False
        return coordinate in self._categories.fields or coordinate in self._own or field.name.value == ACCESS

    def _is_open_input(self, place: str, value: InputValueDefinitionNode) -> bool:
        name = _innermost_name(value.type)
        if name in self.closed:
            return False
        return place in self._categories.reads or place in self._own or self._is_input(name)

    def _is_input(self, name: str) -> bool:
        return any(isinstance(node, INPUTS) and _name(node) == name for node in self._nodes)

    def _implementers(self, interface: str) -> Iterator[str]:
        for node in self._nodes:
            if isinstance(node, OBJECTS) and any(_name(parent) == interface for parent in node.interfaces or ()):
                yield _name(node)

    def _classified(self, node: Any) -> Any:
        name = _name(node)
        if _is_directive(node) or name == "":
            return node
        if name in self.closed:
            return None
        if isinstance(node, INPUTS):
            values = [
                self._input(f"{name}.{value.name.value}", value)
                for value in node.fields or ()
                if f"{name}.{value.name.value}" not in self.closed
            ]
            return _changed(node, fields=values)
        if isinstance(node, UNIONS):
            return _changed(node, types=[member for member in node.types or () if _name(member) not in self.closed])
        if not isinstance(node, OBJECTS + INTERFACES):
            return node
        fields = [
            self._field(name, field, isinstance(node, INTERFACES))
            for field in node.fields or ()
            if f"{name}.{field.name.value}" not in self.closed
        ]
        if not fields and node.fields:
            return None
        personal = self._categories.personal.get(name) if isinstance(node, OBJECTS) else None
        directives = node.directives or ()
        if personal is not None:
            recorded = ', recordedBy: "recordedBy"' if personal.recorded else ""
            directives = (*directives, _directive(f'@subject(field: "{ACCESS}"{recorded})'))
        return _changed(node, fields=fields, directives=directives)

    def _field(self, type_name: str, field: FieldDefinitionNode, of_interface: bool) -> FieldDefinitionNode:
        coordinate = f"{type_name}.{field.name.value}"
        arguments = [
            self._input(f"{coordinate}({argument.name.value}:)", argument)
            for argument in field.arguments or ()
            if f"{coordinate}({argument.name.value}:)" not in self.closed
        ]
        directives = field.directives or ()
        row = self._categories.fields.get(coordinate)
        if row is not None and not of_interface:
            directives = (*directives, _directive(f"@category(name: {row.category}, level: {row.level})"))
        elif field.name.value == ACCESS and coordinate not in self._own:
            directives = (*directives, _directive(f"@category(name: {Category.TECH}, level: FULL)"))
        changed: FieldDefinitionNode = _changed(field, arguments=arguments, directives=directives)
        return changed

    def _input(self, place: str, value: InputValueDefinitionNode) -> InputValueDefinitionNode:
        reads = self._categories.reads.get(place)
        if reads is None:
            return value
        names = ", ".join(f'"{name}"' for name in reads)
        directives = (*(value.directives or ()), _directive(f"@reads(fields: [{names}])"))
        changed: InputValueDefinitionNode = _changed(value, directives=directives)
        return changed


def _coordinates(nodes: Iterable[Any]) -> Iterator[str]:
    for node in nodes:
        name = _name(node)
        if isinstance(node, OBJECTS):
            yield name
            for field in node.fields or ():
                yield f"{name}.{field.name.value}"
                yield from (f"{name}.{field.name.value}({argument.name.value}:)" for argument in field.arguments or ())
        elif isinstance(node, INPUTS):
            yield from (f"{name}.{value.name.value}" for value in node.fields or ())


def _directive(text: str) -> ConstDirectiveNode:
    node: Any = parse(f"type T {{ f: Int {text} }}", no_location=True).definitions[0]
    directive: ConstDirectiveNode = node.fields[0].directives[0]
    return directive


def _innermost_name(type_: Any) -> str:
    while not hasattr(type_, "name"):
        type_ = type_.type
    return str(type_.name.value)


def _is_required(value: InputValueDefinitionNode) -> bool:
    return isinstance(value.type, NonNullTypeNode) and value.default_value is None


def _changed(node: Any, **changes: Any) -> Any:
    values: Mapping[str, Any] = {key: getattr(node, key, None) for key in node.keys}
    return type(node)(**{**values, **{key: tuple(value) for key, value in changes.items()}})
