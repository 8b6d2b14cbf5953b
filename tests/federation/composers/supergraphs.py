"""What a supergraph says, as a set of facts: elements with their types and applied directives, whatever the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from graphql import parse, print_ast, value_from_ast_untyped

from hub.federation.operations.normalise import braced

Fact = tuple[str, str, str]
"""A coordinate, a directive (or what else is said of it) and its arguments."""

_DEFAULTS = {"extension": False, "resolvable": True, "isInterfaceObject": False, "external": False}
_PROTOCOL = "__"
"""In the names of types of the specifications."""
_ROOTS = ("Query", "Mutation", "Subscription")
_FIELD_SETS = ("key", "requires", "provides")
"""Arguments whose outer braces we leave out, for Hive's planner does not read them."""
_UNORDERED = ("scopes", "policies", "slicingArguments", "sizedFields")


def facts(text: str) -> frozenset[Fact]:
    """What the types of a supergraph say: a field without joins has one per subgraph of its type, the type of a join is
    only said where it differs, root types are in every subgraph."""
    return frozenset(fact for node in parse(text, no_location=True).definitions for fact in _of_definition(node))


def _of_definition(node: Any) -> Iterator[Fact]:
    if node.kind in ("directive_definition", "schema_definition") or _PROTOCOL in node.name.value:
        return
    name = node.name.value
    yield name, node.kind, ""
    joins = [_values(directive) for directive in node.directives or () if directive.name.value == "join__type"]
    yield from (fact for fact in _applied(name, node) if name not in _ROOTS or fact[1] != "join__type")
    for collection in ("interfaces", "types"):
        yield from ((name, collection, reference.name.value) for reference in getattr(node, collection, None) or ())
    graphs = sorted({values["graph"] for values in joins})
    for part in (*(getattr(node, "fields", None) or ()), *(getattr(node, "values", None) or ())):
        yield from _of_part(f"{name}.{part.name.value}", part, graphs)


def _of_part(coordinate: str, part: Any, graphs: Sequence[str]) -> Iterator[Fact]:
    yield from _applied(coordinate, part)
    if hasattr(part, "type"):
        yield coordinate, "type", print_ast(part.type)
        if not any(directive.name.value == "join__field" for directive in part.directives or ()):
            yield from ((coordinate, "join__field", str({"graph": graph})) for graph in graphs)
    if getattr(part, "default_value", None):
        yield coordinate, "default", print_ast(part.default_value)
    for argument in getattr(part, "arguments", None) or ():
        yield from _of_part(f"{coordinate}({argument.name.value}:)", argument, ())


def _applied(coordinate: str, node: Any) -> Iterator[Fact]:
    own_type = print_ast(node.type) if hasattr(node, "type") else None
    for directive in node.directives or ():
        arguments = {
            name: _alike(name, value)
            for name, value in sorted(_values(directive).items())
            if _DEFAULTS.get(name) is not value and (name, value) != ("type", own_type)
        }
        yield coordinate, directive.name.value.removeprefix("federation__"), str(arguments)


def _values(directive: Any) -> dict[str, Any]:
    return {argument.name.value: value_from_ast_untyped(argument.value) for argument in directive.arguments or ()}


def _alike(name: str, value: Any) -> Any:
    if name in _FIELD_SETS and isinstance(value, str):
        return " ".join(print_ast(parse(braced(value))).split())
    return _in_order(value) if name in _UNORDERED else value


def _in_order(value: Any) -> Any:
    return sorted(map(_in_order, value)) if isinstance(value, list) else value
