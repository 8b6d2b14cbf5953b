"""Directives of Apollo Federation: their definitions, and the version that introduced each.

Source: https://specs.apollo.dev/federation, versions 2.0 to 2.14, and Federation 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import DirectiveDefinitionNode, parse

APOLLO = "https://specs.apollo.dev/"
LATEST = (2, 14)
FEDERATION_1 = (1, 0)
UPGRADED = (2, 4)
"""The version that a subgraph of Federation 1 is upgraded to."""
Version = tuple[int, int]


@dataclass(frozen=True, slots=True)
class DirectiveSpec:
    """One directive: its definition, with the specification's own type names, and the version that introduced it."""

    name: str
    since: Version
    definition: str
    federation1: bool = False

    @property
    def node(self) -> DirectiveDefinitionNode:
        """The definition, parsed."""
        node = parse(self.definition, no_location=True).definitions[0]
        assert isinstance(node, DirectiveDefinitionNode)
        return node


_FIELD = "FIELD_DEFINITION"
_SECURED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_ANYWHERE = (
    "FIELD_DEFINITION | OBJECT | INTERFACE | UNION | ARGUMENT_DEFINITION | SCALAR | ENUM | ENUM_VALUE | INPUT_OBJECT | "
    "INPUT_FIELD_DEFINITION"
)

_DIRECTIVES = (
    DirectiveSpec(
        "key",
        (2, 0),
        "directive @key(fields: FieldSet!, resolvable: Boolean = true) repeatable on OBJECT | INTERFACE",
        True,
    ),
    DirectiveSpec("requires", (2, 0), f"directive @requires(fields: FieldSet!) on {_FIELD}", True),
    DirectiveSpec("provides", (2, 0), f"directive @provides(fields: FieldSet!) on {_FIELD}", True),
    DirectiveSpec("external", (2, 0), f"directive @external(reason: String) on OBJECT | {_FIELD}", True),
    DirectiveSpec("extends", (2, 0), "directive @extends on OBJECT | INTERFACE", True),
    DirectiveSpec("tag", (2, 0), f"directive @tag(name: String!) repeatable on {_ANYWHERE} | SCHEMA", True),
    DirectiveSpec("inaccessible", (2, 0), f"directive @inaccessible on {_ANYWHERE}"),
    DirectiveSpec("shareable", (2, 0), f"directive @shareable on OBJECT | {_FIELD}"),
    DirectiveSpec("override", (2, 0), f"directive @override(from: String!) on {_FIELD}"),
    DirectiveSpec("composeDirective", (2, 1), "directive @composeDirective(name: String) repeatable on SCHEMA"),
    DirectiveSpec("shareable", (2, 2), f"directive @shareable repeatable on OBJECT | {_FIELD}"),
    DirectiveSpec("interfaceObject", (2, 3), "directive @interfaceObject on OBJECT"),
    DirectiveSpec("authenticated", (2, 5), f"directive @authenticated on {_SECURED}"),
    DirectiveSpec("requiresScopes", (2, 5), f"directive @requiresScopes(scopes: [[Scope!]!]!) on {_SECURED}"),
    DirectiveSpec("policy", (2, 6), f"directive @policy(policies: [[Policy!]!]!) on {_SECURED}"),
    DirectiveSpec("override", (2, 7), f"directive @override(from: String!, label: String) on {_FIELD}"),
    DirectiveSpec("context", (2, 8), "directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION"),
    DirectiveSpec("fromContext", (2, 8), "directive @fromContext(field: ContextFieldValue) on ARGUMENT_DEFINITION"),
    DirectiveSpec(
        "cost",
        (2, 9),
        "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | "
        "OBJECT | SCALAR",
    ),
    DirectiveSpec(
        "listSize",
        (2, 9),
        "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
        f"requireOneSlicingArgument: Boolean = true) on {_FIELD}",
    ),
    DirectiveSpec("cacheTag", (2, 12), f"directive @cacheTag(format: String!) repeatable on OBJECT | {_FIELD}"),
)
"""In the order of the versions: a later row of a name replaces an earlier one."""

LINK = DirectiveSpec(
    "link",
    (2, 0),
    "directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA",
)
"""The directive that names the specifications, which a subgraph may define in part."""

SCALARS_SINCE: Mapping[str, Version] = {
    "FieldSet": (2, 0),
    "Scope": (2, 5),
    "Policy": (2, 6),
    "ContextFieldValue": (2, 8),
}
SCALARS = tuple(SCALARS_SINCE)
"""Scalars of the definitions above, and the version that introduced each."""

_ELEMENTS: Mapping[str, Mapping[Version, frozenset[str]]] = {
    "link": {(1, 0): frozenset({"@link", "Purpose", "Import"})},
    "core": {(0, 1): frozenset({"@core"}), (0, 2): frozenset({"@core", "Purpose"})},
    "tag": dict.fromkeys(((0, 1), (0, 2), (0, 3)), frozenset({"@tag"})),
    "inaccessible": dict.fromkeys(((0, 1), (0, 2)), frozenset({"@inaccessible"})),
    "authenticated": {(0, 1): frozenset({"@authenticated"})},
    "requiresScopes": {(0, 1): frozenset({"@requiresScopes", "Scope"})},
    "policy": {(0, 1): frozenset({"@policy", "Policy"})},
    "cost": {(0, 1): frozenset({"@cost", "@listSize"})},
    "context": {(0, 1): frozenset({"@context", "@fromContext", "ContextFieldValue"})},
}
"""Elements that a subgraph may import of Apollo's other specifications, by version."""


def federation_directives(version: Version) -> dict[str, DirectiveSpec]:
    """Directives of one version by name; those of Federation 1 before 2.0."""
    return {
        directive.name: directive
        for directive in _DIRECTIVES
        if (directive.since <= version if version >= (2, 0) else directive.federation1)
    }


def elements(name: str, version: Version | None) -> frozenset[str] | None:
    """What may be imported of a specification of Apollo's, directives with their `@`; None for an unknown one."""
    if name == "federation" and version is not None and (2, 0) <= version <= LATEST:
        scalars = (scalar for scalar, since in SCALARS_SINCE.items() if since <= version)
        return frozenset((*scalars, *(f"@{directive}" for directive in federation_directives(version))))
    return _ELEMENTS.get(name, {}).get(version) if version is not None else None
