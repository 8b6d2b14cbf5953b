"""Read one subgraph's SDL, Federation 1 or 2, into the model.

Directives are resolved by the identity of their specification (`@link`), whatever the local name: a renamed import
can't hide one (docs/attaques.md#attack-6). Federation's own machinery (`_entities`, `_service`, link types) is left
out.
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
    GraphQLSyntaxError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationType,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    parse,
    print_ast,
)

from hub.errors import StartRefused
from hub.federation.compose.specification import APOLLO, FEDERATION_1, specified
from hub.federation.compose.subgraph_model import (
    FEDERATION,
    Applied,
    Element,
    Input,
    Kind,
    Output,
    Subgraph,
    Type,
    named,
)
from hub.federation.link_specification import identity, imports, version
from hub.federation.operations.literals import literal

_FEDERATED = {
    f"{APOLLO}{name}"
    for name in ("federation", "tag", "inaccessible", "authenticated", "requiresScopes", "policy", "cost")
}
_FOR_EVERY_FIELD = (Applied(FEDERATION, "shareable"), Applied(FEDERATION, "external"))
_BUILT_IN = ("deprecated", "specifiedBy", "oneOf")
_MACHINERY = re.compile(r"_Any|_Entity|_Service|_FieldSet|FieldSet|(federation|link|join|core)__\w+|link_\w+")
_ENTRIES = ("_entities", "_service")
_KINDS: tuple[tuple[Kind, type[Node], type[Node]], ...] = (
    (Kind.SCALAR, ScalarTypeDefinitionNode, ScalarTypeExtensionNode),
    (Kind.OBJECT, ObjectTypeDefinitionNode, ObjectTypeExtensionNode),
    (Kind.INTERFACE, InterfaceTypeDefinitionNode, InterfaceTypeExtensionNode),
    (Kind.UNION, UnionTypeDefinitionNode, UnionTypeExtensionNode),
    (Kind.ENUM, EnumTypeDefinitionNode, EnumTypeExtensionNode),
    (Kind.INPUT, InputObjectTypeDefinitionNode, InputObjectTypeExtensionNode),
)


def read(name: str, url: str, sdl: str) -> Subgraph:
    """The subgraph's model; raises StartRefused (INVALID_GRAPHQL) for text that is not SDL."""
    try:
        document = parse(sdl)
    except GraphQLSyntaxError as error:
        place = error.locations[0] if error.locations else None
        where = f"ligne {place.line}, colonne {place.column}" if place else "début"
        raise StartRefused(
            "INVALID_GRAPHQL",
            f"Le schéma du sous-graphe « {name} » n'est pas du SDL valide ({where}) : corrigez-le.",
            f"subgraph {name}: {error.message}",
            extensions={"coordinate": where, "subgraphs": [name]},
        ) from None
    schema_nodes = [n for n in document.definitions if isinstance(n, SchemaDefinitionNode | SchemaExtensionNode)]
    links = [
        {argument.name.value: literal(argument.value) for argument in directive.arguments or ()}
        for node in schema_nodes
        for directive in node.directives or ()
        if directive.name.value == "link"
    ]
    reader = _Reader(links)
    types: dict[str, Type] = {}
    for node in document.definitions:
        for kind, definition, extension in _KINDS:
            if isinstance(node, definition | extension):
                declared = reader.type(node, kind, isinstance(node, extension))
                if not is_machinery(declared.name):
                    types[declared.name] = _joined(types.get(declared.name), declared)
    definitions = {}
    for node in document.definitions:
        if isinstance(node, DirectiveDefinitionNode):
            applied = reader.resolve(node.name.value)
            if applied is not None and applied.spec not in ("", FEDERATION):
                definitions[applied.spec, applied.name] = print_ast(node).replace(
                    f"@{node.name.value}", f"@{applied.name}", 1
                )
    composing = tuple(
        str(applied.values.get("name") or "")
        for node in schema_nodes
        for applied in reader.directives(node.directives)
        if (applied.spec, applied.name) == (FEDERATION, "composeDirective")
    )
    targets = [reader.resolve(each.removeprefix("@")) for each in composing]
    return Subgraph(
        name,
        url,
        _roots(types, schema_nodes),
        document,
        reader.version,
        tuple(links),
        reader.local(),
        {local: (applied.spec, applied.name) for local, applied in reader.names.items() if applied.spec},
        frozenset((target.spec, target.name) for target in targets if target is not None),
        composing,
        definitions,
    )


class _Reader:
    def __init__(self, links: Sequence[dict[str, Any]]) -> None:
        self.names: dict[str, Applied] = {name: Applied("", name) for name in _BUILT_IN}
        self.prefixes: dict[str, str] = {}
        versions = [version(url) for link in links if identity(url := str(link.get("url"))) == f"{APOLLO}federation"]
        self.version = next((each for each in versions if each is not None), FEDERATION_1)
        for link in links:
            url = str(link.get("url"))
            spec = FEDERATION if identity(url) in _FEDERATED else url
            self.prefixes[str(link.get("as") or identity(url).rsplit("/", 1)[-1])] = spec
            self.names.update((local, Applied(spec, name)) for local, name in imports(link))
        if self.version == FEDERATION_1:
            for name in specified(self.version):
                self.names.setdefault(name, Applied(FEDERATION, name))

    def resolve(self, local: str) -> Applied | None:
        """Specification and true name of a directive; None for one that no specification names."""
        if local in self.names:
            return self.names[local]
        prefix, separator, name = local.partition("__")
        if separator and prefix in self.prefixes:
            return Applied(self.prefixes[prefix], name)
        return Applied(self.prefixes[local], local) if local in self.prefixes else None

    def local(self) -> dict[str, str]:
        """Federation directives of this version, by every name that they have here."""
        known = specified(self.version)
        names = [*self.names, *self.prefixes, *(f"{prefix}__{name}" for prefix in self.prefixes for name in known)]
        resolved = {name: self.resolve(name) for name in names}
        return {
            name: applied.name
            for name, applied in resolved.items()
            if applied is not None and applied.spec == FEDERATION and applied.name in known
        }

    def directives(self, nodes: Sequence[ConstDirectiveNode] | None) -> tuple[Applied, ...]:
        found = []
        for node in nodes or ():
            known = self.resolve(node.name.value)
            if known is not None:
                arguments = tuple((each.name.value, print_ast(each.value)) for each in node.arguments or ())
                found.append(replace(known, arguments=arguments))
        return tuple(found)

    def type(self, node: Any, kind: Kind, extension: bool) -> Type:
        directives = self.directives(node.directives)
        extended = extension or any(each.spec == FEDERATION and each.name == "extends" for each in directives)
        fields = (getattr(node, "fields", None) or ()) if kind is not Kind.INPUT else ()
        inputs = (node.fields or ()) if kind is Kind.INPUT else ()
        inherited = tuple(each for each in directives if each in _FOR_EVERY_FIELD)
        return Type(
            name=node.name.value,
            description=_description(node),
            directives=directives,
            kind=kind,
            fields={
                each.name.value: self.output(each, inherited) for each in fields if each.name.value not in _ENTRIES
            },
            inputs={each.name.value: self.input(each) for each in inputs},
            values={
                each.name.value: Element(each.name.value, _description(each), self.directives(each.directives))
                for each in getattr(node, "values", None) or ()
            },
            members=tuple(each.name.value for each in getattr(node, "types", None) or ()),
            interfaces=tuple(each.name.value for each in getattr(node, "interfaces", None) or ()),
            extension=extended,
        )

    def output(self, node: FieldDefinitionNode, inherited: tuple[Applied, ...]) -> Output:
        return Output(
            name=node.name.value,
            description=_description(node),
            directives=tuple(dict.fromkeys((*self.directives(node.directives), *inherited))),
            type=print_ast(node.type),
            arguments={each.name.value: self.input(each) for each in node.arguments or ()},
        )

    def input(self, node: InputValueDefinitionNode) -> Input:
        return Input(
            name=node.name.value,
            description=_description(node),
            directives=self.directives(node.directives),
            type=print_ast(node.type),
            default=print_ast(node.default_value) if node.default_value is not None else None,
        )


def is_machinery(name: str) -> bool:
    """Whether a type of this name is federation's own, or of a specification that it builds on."""
    return bool(_MACHINERY.fullmatch(name))


def _description(node: Any) -> str | None:
    description = getattr(node, "description", None)
    return description.value if description is not None else None


def _joined(known: Type | None, more: Type) -> Type:
    """Definition and extensions of one type as one."""
    if known is None:
        return more
    return replace(
        known,
        description=known.description or more.description,
        directives=known.directives + more.directives,
        fields={**known.fields, **more.fields},
        inputs={**known.inputs, **more.inputs},
        values={**known.values, **more.values},
        members=tuple(dict.fromkeys(known.members + more.members)),
        interfaces=tuple(dict.fromkeys(known.interfaces + more.interfaces)),
        extension=known.extension and more.extension,
    )


def _roots(types: dict[str, Type], nodes: Sequence[Any]) -> dict[str, Type]:
    """Types with the root types under their usual names, wherever they are mentioned."""
    names = {
        entry.type.name.value: entry.operation.value.capitalize()
        for node in nodes
        for entry in node.operation_types or ()
        if entry.operation is not OperationType.SUBSCRIPTION
    }
    names = {local: usual for local, usual in names.items() if local != usual}
    if not names:
        return types

    def usual(printed: str) -> str:
        return printed.replace(named(printed), names.get(named(printed), named(printed)))

    return {
        names.get(type_.name, type_.name): replace(
            type_,
            name=names.get(type_.name, type_.name),
            fields={key: replace(each, type=usual(each.type)) for key, each in type_.fields.items()},
        )
        for type_ in types.values()
    }
