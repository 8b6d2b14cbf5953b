"""Reading a supergraph's text into its model.

Reads join v0.1 to v0.5 of any composer. Directives of other specifications are kept with the specification's URL, for
callers that know them.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    SchemaDefinitionNode,
    TypeSystemDefinitionNode,
    build_ast_schema,
    parse,
    print_ast,
)

from hub.federation.client_schema import INTERNAL_PREFIXES, without_internal
from hub.federation.errors import OperationRefused, SupergraphRefused
from hub.federation.legacy_supergraph import modernised
from hub.federation.link_specification import identity, imports
from hub.federation.operations.literals import literal
from hub.federation.operations.normalise import field_set
from hub.federation.operations.operation import Selections
from hub.federation.supergraph import (
    ContextArgument,
    Directive,
    Endpoint,
    FieldJoin,
    Key,
    SuperField,
    Supergraph,
    SuperType,
    TypeJoin,
)

SECURITY = tuple(
    f"https://specs.apollo.dev/{name}"
    for name in (
        "inaccessible/v0.1",
        "inaccessible/v0.2",
        "authenticated/v0.1",
        "requiresScopes/v0.1",
        "policy/v0.1",
        "context/v0.1",
    )
)
"""Specifications that restrict access and that this model knows: any other is refused, rather than ignored."""

_CONTEXT = "https://specs.apollo.dev/context"


def read_supergraph(text: str) -> Supergraph:
    """The model of a supergraph's text.

    Raises SupergraphRefused: SUPERGRAPH_INVALID for a text that is not a supergraph, UNSUPPORTED_LINKED_FEATURE for a
    specification that restricts access and is unknown here.
    """
    try:
        document = parse(text, no_location=True)
        for node in document.definitions:
            if not isinstance(node, TypeSystemDefinitionNode):
                raise ValueError(f"a supergraph holds definitions only, not {node.kind.replace('_', ' ')}")
        modern = modernised(document)
        schema = build_ast_schema(without_internal(modern), assume_valid=True, assume_valid_sdl=True)
        return _Reader(modern, schema).supergraph(text, document)
    except KeyError as error:
        fault = f"{error.args[0]} is named and not defined, or a directive lacks it"
        raise SupergraphRefused("SUPERGRAPH_INVALID", fault, {"fault": fault, "locations": ()}) from error
    except (GraphQLError, IndexError, OperationRefused, TypeError, ValueError) as error:
        raise SupergraphRefused("SUPERGRAPH_INVALID", f"{type(error).__name__}: {error}", _fault(error)) from error


def _fault(error: Exception) -> dict[str, Any]:
    """What is wrong with the text, in one line, and where: (line, column)."""
    if isinstance(error, GraphQLError):
        locations = tuple((place.line, place.column) for place in error.locations or ())
        return {"fault": error.message, "locations": locations}
    return {"fault": str(error) or type(error).__name__, "locations": ()}


def _unsupported(url: str) -> SupergraphRefused:
    return SupergraphRefused("UNSUPPORTED_LINKED_FEATURE", f"unknown security feature {url}", {"url": url})


def _arguments(directive: ConstDirectiveNode) -> dict[str, Any]:
    return {argument.name.value: literal(argument.value) for argument in directive.arguments or ()}


class _Reader:
    def __init__(self, document: DocumentNode, schema: GraphQLSchema) -> None:
        self.document = document
        self.schema = schema
        self.links: dict[str, tuple[str, str]] = {}
        self.graphs: dict[str, Endpoint] = {}
        self.directives: dict[str, tuple[Directive, ...]] = {}
        self.constants: dict[str, tuple[str, Any]] = {}
        self.hidden: set[str] = set()
        self.contexts: dict[str, list[str]] = {}

    def supergraph(self, text: str, document: DocumentNode) -> Supergraph:
        self.read_links()
        self.read_graphs()
        self.read_contexts()
        types: dict[str, SuperType] = {}
        for node in self.document.definitions:
            name = getattr(getattr(node, "name", None), "value", "")
            if isinstance(node, DirectiveDefinitionNode | SchemaDefinitionNode) or name.startswith(INTERNAL_PREFIXES):
                continue
            self.note(name, node)
            if node.kind in ("object_type_definition", "interface_type_definition", "union_type_definition"):
                types[name] = self.type(name, node)
            for part in (*(getattr(node, "values", None) or ()), *(getattr(node, "fields", None) or ())):
                self.note(f"{name}.{part.name.value}", part)
                for argument in getattr(part, "arguments", None) or ():
                    self.note(f"{name}.{part.name.value}({argument.name.value}:)", argument)
        endpoints = {endpoint.name: endpoint for endpoint in self.graphs.values()}
        hidden = frozenset(self.hidden)
        return Supergraph(text, document, endpoints, types, self.schema, self.directives, hidden, self.constants)

    def field_set(self, text: str, type_name: str) -> tuple[Selections, ...]:
        normalised = field_set(text, type_name, self.schema)
        self.constants.update(normalised.constants)
        return normalised.selections

    def read_links(self) -> None:
        for node in self.document.definitions:
            if isinstance(node, SchemaDefinitionNode):
                for directive in node.directives or ():
                    values = _arguments(directive)
                    url = str(values["url"])
                    name = identity(url).rsplit("/", 1)[-1]
                    if values.get("for") == "SECURITY" and url not in SECURITY:
                        raise _unsupported(url)
                    self.links[str(values.get("as") or name)] = (url, name)
                    self.links.update((local, (url, true_name)) for local, true_name in imports(values))

    def read_graphs(self) -> None:
        for node in self.document.definitions:
            if node.kind == "enum_type_definition" and node.name.value == "join__Graph":  # type: ignore[attr-defined]
                for value in node.values or ():  # type: ignore[attr-defined]
                    values = self.joins(value, "join__graph")[0]
                    self.graphs[value.name.value] = Endpoint(values["name"], values.get("url") or "")
        if not self.graphs:
            raise ValueError("no join__Graph")

    def read_contexts(self) -> None:
        """The types that set each context."""
        for node in self.document.definitions:
            for directive in getattr(node, "directives", None) or ():
                spec, name = self.links.get(directive.name.value, ("", ""))
                if (identity(spec), name) == (_CONTEXT, "context"):
                    self.contexts.setdefault(_arguments(directive)["name"], []).append(node.name.value)  # type: ignore[attr-defined]

    def context_argument(self, values: dict[str, Any]) -> ContextArgument:
        """A `join__ContextArgument`; the first type that sets the context decides the selection on a concrete type."""
        selections: dict[str, Selections] = {}
        if values["context"] not in self.contexts:
            raise ValueError(f"no type sets the context {values['context']} of argument {values['name']}")
        for type_name in self.contexts[values["context"]]:
            for selected in self.field_set(values["selection"], type_name):
                if selected.fields:
                    selections.setdefault(selected.type, selected)
        return ContextArgument(values["name"], values["type"], tuple(selections[name] for name in sorted(selections)))

    def joins(self, node: Any, name: str) -> list[dict[str, Any]]:
        return [_arguments(directive) for directive in node.directives or () if directive.name.value == name]

    def note(self, coordinate: str, node: Any) -> None:
        """Add an element's directives of linked specifications, and whether it is inaccessible."""
        directives = []
        for directive in node.directives or ():
            if directive.name.value == "inaccessible":
                self.hidden.add(coordinate)
            if directive.name.value in self.links:
                spec, name = self.links[directive.name.value]
                directives.append(Directive(spec, name, _arguments(directive)))
        if directives:
            self.directives[coordinate] = tuple(directives)

    def type(self, name: str, node: Any) -> SuperType:
        keys: dict[str, list[Key]] = {}
        interface_objects: dict[str, bool] = {}
        for values in self.joins(node, "join__type"):
            graph = self.graphs[values["graph"]].name
            interface_objects[graph] = bool(values.get("isInterfaceObject"))
            keys.setdefault(graph, [])
            if values.get("key"):
                selections = self.field_set(values["key"], name)
                keys[graph].append(Key(values["key"], selections, values.get("resolvable") is not False))
        kind = node.kind.removesuffix("_type_definition")
        joins = {
            graph: TypeJoin(
                tuple(keys[graph]), self.members(name, kind, node, graph), interface_object=interface_objects[graph]
            )
            for graph in keys
        }
        fields = {part.name.value: self.field(name, part, tuple(joins)) for part in getattr(node, "fields", None) or ()}
        return SuperType(name, kind, joins, fields)

    def members(self, name: str, kind: str, node: Any, graph: str) -> frozenset[str]:
        """Concrete types that this subgraph knows for the type."""
        if kind == "object":
            return frozenset((name,))
        if kind == "union":
            members = self.joins(node, "join__unionMember")
            return frozenset(join["member"] for join in members if self.graphs[join["graph"]].name == graph)
        return frozenset(
            implementer.name.value  # type: ignore[attr-defined]
            for implementer in self.document.definitions
            if implementer.kind == "object_type_definition"
            for join in self.joins(implementer, "join__implements")
            if join["interface"] == name and self.graphs[join["graph"]].name == graph
        )

    def field(self, type_name: str, node: Any, graphs: tuple[str, ...]) -> SuperField:
        type_ = print_ast(node.type)
        declared = self.joins(node, "join__field")
        joins = {}
        for values in declared or [{"graph": None, "all": True}]:
            if values.get("all"):
                joins.update({graph: FieldJoin(type_) for graph in graphs})
            elif values.get("graph"):
                own_type, label = values.get("type") or type_, values.get("overrideLabel")
                requires, provides = values.get("requires"), values.get("provides")
                joins[self.graphs[values["graph"]].name] = FieldJoin(
                    own_type,
                    external=bool(values.get("external") or (values.get("usedOverridden") and label is None)),
                    label=label,
                    overrides=bool(values.get("override")),
                    requires=self.field_set(requires, type_name) if requires else (),
                    provides=self.field_set(provides, own_type.strip("[]!")) if provides else (),
                    contexts=tuple(map(self.context_argument, values.get("contextArguments") or ())),
                )
        return SuperField(node.name.value, type_, joins)
