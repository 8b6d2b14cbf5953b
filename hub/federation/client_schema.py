"""The schema that clients see: without inaccessible elements, federation and subscriptions, which nothing serves, with
descriptions and deprecations, and with the directives that clients' operations may bear."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLSchema,
    SchemaDefinitionNode,
    build_ast_schema,
    print_ast,
)

from hub.federation.legacy_supergraph import changed

_SCHEMA_NODES = (SchemaDefinitionNode, DirectiveDefinitionNode)
_SERVED = frozenset({"QUERY", "MUTATION", "FIELD", "INLINE_FRAGMENT", "FRAGMENT_SPREAD"})
_NOT_SENT_ON = frozenset({"skip", "include", "defer", "stream"})
"""GraphQL's own directives: the first two are the hub's to obey, the others ask for answers in parts."""

INTERNAL_PREFIXES = ("join__", "link__", "core__", "context__")
"""Prefixes of the names of federation's own definitions."""


def visible_schema(supergraph: DocumentNode, hidden: frozenset[str]) -> GraphQLSchema:
    """The client schema of a supergraph, without the elements at the `hidden` coordinates."""
    document = without_internal(supergraph)
    visible: list[Any] = []
    for node in document.definitions:
        name = node.name.value if not isinstance(node, SchemaDefinitionNode) else ""  # type: ignore[attr-defined]
        if isinstance(node, DirectiveDefinitionNode):
            visible += _executable(node, hidden)
        elif name not in hidden:
            visible.append(_visible(node, name, hidden))
    visible = _without_subscriptions(visible)
    used = _used_types(visible)
    leaves = ("enum_type_definition", "scalar_type_definition")
    definitions = tuple(node for node in visible if node.kind not in leaves or node.name.value in used)
    return build_ast_schema(DocumentNode(definitions=definitions))


def _executable(node: DirectiveDefinitionNode, hidden: frozenset[str]) -> list[Any]:
    """The directive where an operation may bear it, if it may at all, with the arguments that clients see.

    The normal form of operations has no fragments of a name: a spread is sent on as an inline fragment."""
    names = {location.value for location in node.locations}
    served = names & _SERVED if "INLINE_FRAGMENT" in names else names & _SERVED - {"FRAGMENT_SPREAD"}
    if not served or node.name.value in _NOT_SENT_ON:
        return []
    shown, left_out = list[Any](), list[Any]()
    for argument in node.arguments or ():
        inaccessible = any(directive.name.value == "inaccessible" for directive in argument.directives or ())
        without = inaccessible or _type_name(argument) in hidden
        (left_out if without else shown).append(changed(argument, directives=_standard(argument)))
    if any(argument.type.kind == "non_null_type" and argument.default_value is None for argument in left_out):
        return []
    locations = tuple(location for location in node.locations if location.value in served)
    return [changed(node, arguments=tuple(shown), locations=locations)]


def _without_subscriptions(definitions: list[Any]) -> list[Any]:
    """The definitions without the subscription root and the types that only it reaches."""
    types = {node.name.value: node for node in definitions if not isinstance(node, _SCHEMA_NODES)}
    roots = {"QUERY": "Query", "MUTATION": "Mutation", "SUBSCRIPTION": "Subscription"}
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode):
            roots = {entry.operation.name: entry.type.name.value for entry in node.operation_types}
    root = roots.pop("SUBSCRIPTION", "")
    if root not in types:
        return definitions
    lost = _reached([root], types)
    gone = lost - _reached([*roots.values(), *(types.keys() - lost)], types)
    result = []
    for node in definitions:
        if isinstance(node, SchemaDefinitionNode):
            operation_types = tuple(entry for entry in node.operation_types if entry.type.name.value != root)
            result.append(changed(node, operation_types=operation_types))
        elif isinstance(node, DirectiveDefinitionNode) or node.name.value not in gone:
            result.append(node)
    return result


def _visible(node: Any, name: str, hidden: frozenset[str]) -> Any:
    """The definition without hidden parts and without directives other than GraphQL's own."""
    changes: dict[str, Any] = {"directives": _standard(node)}
    for attribute in ("fields", "values"):
        parts = getattr(node, attribute, None)
        if parts is not None:
            changes[attribute] = tuple(
                _visible_part(part, f"{name}.{part.name.value}", hidden)
                for part in parts
                if f"{name}.{part.name.value}" not in hidden
            )
    for attribute in ("interfaces", "types"):
        parts = getattr(node, attribute, None)
        if parts is not None:
            changes[attribute] = tuple(part for part in parts if part.name.value not in hidden)
    return changed(node, **changes)


def _visible_part(node: Any, coordinate: str, hidden: frozenset[str]) -> Any:
    changes: dict[str, Any] = {"directives": _standard(node)}
    if getattr(node, "arguments", None) is not None:
        changes["arguments"] = tuple(
            changed(argument, directives=_standard(argument))
            for argument in node.arguments
            if f"{coordinate}({argument.name.value}:)" not in hidden
        )
    return changed(node, **changes)


def _standard(node: Any) -> tuple[Any, ...]:
    standard = ("deprecated", "specifiedBy", "oneOf")
    return tuple(directive for directive in node.directives or () if directive.name.value in standard)


def _used_types(definitions: Iterable[Any]) -> set[str]:
    """Names of the types of all fields, arguments and input fields."""
    return {name for node in definitions for name in _types_of(node)}


def _types_of(node: Any) -> Iterator[str]:
    """Names of the types of a definition's fields and arguments."""
    for part in (*(getattr(node, "fields", None) or ()), *(getattr(node, "arguments", None) or ())):
        for typed in (part, *(getattr(part, "arguments", None) or ())):
            yield _type_name(typed)


def _type_name(node: Any) -> str:
    """Name of the type of a field or argument, without its lists."""
    return print_ast(node.type).strip("[]!")


def _reached(start: Iterable[str], types: Mapping[str, Any]) -> set[str]:
    """The types that fields lead to from some types, these included: through interfaces and unions to all of theirs."""
    implementers: dict[str, list[str]] = {}
    for name, node in types.items():
        for interface in getattr(node, "interfaces", None) or ():
            implementers.setdefault(interface.name.value, []).append(name)
    reached: set[str] = set()
    stack = [name for name in start if name in types]
    while stack:
        name = stack.pop()
        if name in reached or name not in types:
            continue
        reached.add(name)
        node = types[name]
        related = (*(getattr(node, "types", None) or ()), *(getattr(node, "interfaces", None) or ()))
        stack += [*_types_of(node), *(part.name.value for part in related), *implementers.get(name, ())]
    return reached


def without_internal(document: DocumentNode) -> DocumentNode:
    """The document without the definitions of link and join."""
    return DocumentNode(
        definitions=tuple(
            node
            for node in document.definitions
            if isinstance(node, SchemaDefinitionNode)
            or not (
                node.name.value.startswith(INTERNAL_PREFIXES)  # type: ignore[attr-defined]
                or (isinstance(node, DirectiveDefinitionNode) and node.name.value in ("link", "core"))
            )
        )
    )
