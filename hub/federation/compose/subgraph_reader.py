"""Read one subgraph's SDL, Federation 1 or 2, into the model.

Directives are resolved by the identity of their specification (`@link`), whatever the local name: a renamed import
can't hide one (docs/attaques.md#attack-6). Types and fields of the federation protocol (`_entities`, `_service`, link
types) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DirectiveDefinitionNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    GraphQLError,
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    print_ast,
)

from hub.federation.compose.root_types import with_usual_root_names, without_protocol_fields
from hub.federation.compose.specification import APOLLO, FEDERATION_1, SCALARS, UPGRADED, federation_directives
from hub.federation.compose.subgraph_model import (
    FEDERATION,
    AppliedDirective,
    Element,
    InputValue,
    Kind,
    OutputField,
    Subgraph,
    Type,
)
from hub.federation.errors import RuleViolation
from hub.federation.link_specification import identity, imported_elements, imports, version
from hub.federation.operations.literals import literal

_FEDERATION_SPECS = {
    f"{APOLLO}{name}"
    for name in ("federation", "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost")
}
_INHERITED_BY_FIELDS = (AppliedDirective(FEDERATION, "shareable"), AppliedDirective(FEDERATION, "external"))
_BUILT_IN = ("deprecated", "specifiedBy", "oneOf")
_PROTOCOL_TYPE = re.compile(r"_Any|_Entity|_Service|_FieldSet|FieldSet|(federation|link|join|core)__\w+|link_\w+")
_NODES_OF_KIND: tuple[tuple[Kind, type[Node], type[Node]], ...] = (
    (Kind.SCALAR, ScalarTypeDefinitionNode, ScalarTypeExtensionNode),
    (Kind.OBJECT, ObjectTypeDefinitionNode, ObjectTypeExtensionNode),
    (Kind.INTERFACE, InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode),
    (Kind.UNION, UnionTypeDefinitionNode, UnionTypeExtensionNode),
    (Kind.ENUM, EnumTypeDefinitionNode, EnumTypeExtensionNode),
    (Kind.INPUT, InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode),
)


def read_subgraph(name: str, url: str, sdl: str) -> Subgraph:
    """The subgraph's model; raises RuleViolation (INVALID_GRAPHQL) for text that is not SDL."""
    try:
        document = parse(sdl)
    except GraphQLSyntaxError as error:
        raise invalid_graphql(name, error) from None
    schema_nodes = [
        node for node in document.definitions if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
    ]
    links = [
        {argument.name.value: literal(argument.value) for argument in directive.arguments or ()}
        for node in schema_nodes
        for directive in node.directives or ()
        if directive.name.value == "link"
    ]
    directive_nodes = [node for node in document.definitions if isinstance(node, DirectiveDefinitionNode)]
    reader = _Reader(links, [node.name.value for node in directive_nodes])
    types: dict[str, Type] = {}
    for node in document.definitions:
        for kind, definition, extension in _NODES_OF_KIND:
            if isinstance(node, definition | extension):
                type_ = reader.type(node, kind, isinstance(node, extension))
                if not is_protocol_type(type_.name):
                    types[type_.name] = _with_declaration(types.get(type_.name), type_)
    definitions = {}
    linked = {
        local_name: (directive.spec, directive.name) for local_name, directive in reader.names.items() if directive.spec
    }
    for directive_node in directive_nodes:
        local_name = directive_node.name.value
        directive = reader.resolve(local_name)
        if directive is not None and directive.spec not in ("", FEDERATION):
            linked[local_name] = (directive.spec, directive.name)
            definitions[directive.spec, directive.name] = print_ast(directive_node).replace(
                f"@{local_name}", f"@{directive.name}", 1
            )
    composed_names = tuple(
        str(directive.values.get("name") or "")
        for node in schema_nodes
        for directive in reader.directives(node.directives)
        if directive.is_federation("composeDirective")
    )
    composed = [reader.resolve(local_name.removeprefix("@")) for local_name in composed_names]
    return Subgraph(
        name,
        url,
        without_protocol_fields(with_usual_root_names(types, schema_nodes)),
        document,
        reader.version,
        tuple(links) if any(_binds(str(link.get("url"))) for link in links) else (),
        reader.federation_names(),
        reader.federation_scalars,
        linked,
        frozenset((directive.spec, directive.name) for directive in composed if directive is not None),
        composed_names,
        definitions,
    )


def _binds(url: str) -> bool:
    """Whether the `@link` of a schema mean anything, for one of them is of federation or of link itself."""
    return url.startswith(f"{APOLLO}federation") or identity(url) == f"{APOLLO}link"


def invalid_graphql(subgraph: str, error: GraphQLError) -> RuleViolation:
    """INVALID_GRAPHQL at the error's `line:column`."""
    location = error.locations[0] if error.locations else None
    coordinate = f"{location.line}:{location.column}" if location else "schema"
    return RuleViolation(
        "INVALID_GRAPHQL",
        coordinate,
        [subgraph],
        f"the SDL is not valid GraphQL: {error.message.removesuffix('.')}",
        "Correct the SDL of this subgraph",
    )


class _Reader:
    """Resolves the directive names of one subgraph, whose `links` are the arguments of its `@link`s.

    In Federation 1, a directive of Federation 2 that the schema defines itself has its meaning."""

    def __init__(self, links: Sequence[dict[str, Any]], defined: Sequence[str]) -> None:
        self.defined = set(defined)
        self.names: dict[str, AppliedDirective] = {name: AppliedDirective("", name) for name in _BUILT_IN}
        self.prefixes: dict[str, str] = {}
        versions = [version(url) for link in links if identity(url := str(link.get("url"))) == f"{APOLLO}federation"]
        self.version = next((number for number in versions if number is not None), FEDERATION_1)
        self.federation_scalars: dict[str, str] = {"_FieldSet": "FieldSet"} if self.version == FEDERATION_1 else {}
        for link in links:
            url = str(link.get("url"))
            spec = FEDERATION if identity(url) in _FEDERATION_SPECS else url
            self.prefixes[str(link.get("as") or identity(url).rsplit("/", 1)[-1])] = spec
            self.names.update((local_name, AppliedDirective(spec, name)) for local_name, name in imports(link))
            if spec == FEDERATION:
                prefix = str(link.get("as") or identity(url).rsplit("/", 1)[-1])
                imported = dict(imported_elements(link))
                for scalar in SCALARS:
                    names = [local_name for local_name, name in imported.items() if name == scalar]
                    self.federation_scalars.update(dict.fromkeys(names or [f"{prefix}__{scalar}"], scalar))
        self.inherited_by_fields = () if self.version == FEDERATION_1 else _INHERITED_BY_FIELDS
        if self.version == FEDERATION_1:
            self.names.update(
                (name, AppliedDirective(FEDERATION, name)) for name in federation_directives(self.version)
            )
            for name in federation_directives(UPGRADED).keys() & self.defined:
                self.names.setdefault(name, AppliedDirective(FEDERATION, name))

    def resolve(self, local_name: str) -> AppliedDirective | None:
        """Specification and true name of a directive; None for one that no specification names."""
        if local_name in self.names:
            return self.names[local_name]
        prefix, separator, name = local_name.partition("__")
        if separator and prefix in self.prefixes:
            return AppliedDirective(self.prefixes[prefix], name)
        return AppliedDirective(self.prefixes[local_name], local_name) if local_name in self.prefixes else None

    def federation_names(self) -> dict[str, str]:
        """Federation directives of this version, by every name that they have in the subgraph."""
        specified = set(federation_directives(self.version))
        if self.version == FEDERATION_1:
            specified |= federation_directives(UPGRADED).keys() & self.defined
        prefixed = [f"{prefix}__{name}" for prefix in self.prefixes for name in specified]
        resolved = {name: self.resolve(name) for name in (*self.names, *self.prefixes, *prefixed)}
        return {
            local_name: directive.name
            for local_name, directive in resolved.items()
            if directive is not None and directive.spec == FEDERATION and directive.name in specified
        }

    def directives(self, nodes: Sequence[ConstDirectiveNode] | None) -> tuple[AppliedDirective, ...]:
        directives = []
        for node in nodes or ():
            directive = self.resolve(node.name.value)
            if directive is not None:
                arguments = tuple((argument.name.value, print_ast(argument.value)) for argument in node.arguments or ())
                directives.append(replace(directive, arguments=arguments))
        return tuple(directives)

    def type(self, node: Any, kind: Kind, extension: bool) -> Type:
        directives = self.directives(node.directives)
        fields = (getattr(node, "fields", None) or ()) if kind is not Kind.INPUT else ()
        input_fields = (node.fields or ()) if kind is Kind.INPUT else ()
        inherited = tuple(directive for directive in directives if directive in self.inherited_by_fields)
        return Type(
            name=node.name.value,
            description=_description(node),
            directives=directives,
            kind=kind,
            fields={field.name.value: self.output_field(field, inherited) for field in fields},
            input_fields={field.name.value: self.input_value(field) for field in input_fields},
            values={
                value.name.value: Element(value.name.value, _description(value), self.directives(value.directives))
                for value in getattr(node, "values", None) or ()
            },
            members=tuple(member.name.value for member in getattr(node, "types", None) or ()),
            interfaces=tuple(interface.name.value for interface in getattr(node, "interfaces", None) or ()),
            extension=extension,
            extension_keys=tuple(key for key in directives if extension and key.is_federation("key")),
        )

    def output_field(self, node: FieldDefinitionNode, inherited: tuple[AppliedDirective, ...]) -> OutputField:
        return OutputField(
            name=node.name.value,
            description=_description(node),
            directives=tuple(dict.fromkeys((*self.directives(node.directives), *inherited))),
            type=print_ast(node.type),
            arguments={argument.name.value: self.input_value(argument) for argument in node.arguments or ()},
        )

    def input_value(self, node: InputValueDefinitionNode) -> InputValue:
        return InputValue(
            name=node.name.value,
            description=_description(node),
            directives=self.directives(node.directives),
            type=print_ast(node.type),
            default=print_ast(node.default_value) if node.default_value is not None else None,
        )


def is_protocol_type(name: str) -> bool:
    """Whether a type of this name belongs to federation or to a specification that it builds on."""
    return bool(_PROTOCOL_TYPE.fullmatch(name))


def _description(node: Any) -> str | None:
    description = getattr(node, "description", None)
    return description.value if description is not None else None


def _with_declaration(type_: Type | None, declaration: Type) -> Type:
    """The type with one more of its declarations (definition or extension)."""
    if type_ is None:
        return declaration
    return replace(
        type_,
        description=type_.description or declaration.description,
        directives=type_.directives + declaration.directives,
        fields={**type_.fields, **declaration.fields},
        input_fields={**type_.input_fields, **declaration.input_fields},
        values={**type_.values, **declaration.values},
        members=tuple(dict.fromkeys(type_.members + declaration.members)),
        interfaces=tuple(dict.fromkeys(type_.interfaces + declaration.interfaces)),
        extension=type_.extension and declaration.extension,
        extension_keys=type_.extension_keys + declaration.extension_keys,
    )
