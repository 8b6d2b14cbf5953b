"""Print the supergraph, for any router that reads link v1.0 and join v0.3 (v0.4 or v0.5 for later features)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from graphql.language.block_string import print_block_string

from hub.federation.compose.merger import COST, JOIN, MergedSchema, graph_name
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

_JOIN_DEFINITIONS = """\
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, \
external: Boolean, override: String, usedOverridden: Boolean{arguments}) repeatable on FIELD_DEFINITION | \
INPUT_FIELD_DEFINITION

directive @join__graph(name: String!, url: String!) on ENUM_VALUE

directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE

directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, \
resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | \
INPUT_OBJECT | SCALAR

directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION

scalar join__FieldSet

scalar link__Import

enum link__Purpose {{
  SECURITY
  EXECUTION
}}"""
_JOIN_CONTEXT = """\
input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar join__FieldValue"""
_JOIN_DIRECTIVE = """\
directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA \
| OBJECT | INTERFACE | FIELD_DEFINITION

scalar join__DirectiveArguments"""
_JOIN_FIELD_ARGUMENTS = {
    3: "",
    4: ", overrideLabel: String",
    5: ", overrideLabel: String, contextArguments: [join__ContextArgument!]",
}
"""Arguments of `@join__field` that v0.3 doesn't have, by minor version."""

_ROOTS = ("Query", "Mutation", "Subscription")
_SCOPE = "requiresScopes__Scope"
_SECURED = "FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM"
_ANYWHERE = f"{_SECURED} | UNION | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_OBJECT | INPUT_FIELD_DEFINITION"
_FEATURES = {
    "inaccessible": ("inaccessible/v0.2", True, f"directive @inaccessible on {_ANYWHERE}"),
    "tag": ("tag/v0.3", False, f"directive @tag(name: String!) repeatable on {_ANYWHERE} | SCHEMA"),
    "context": (
        "context/v0.1",
        True,
        "directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION",
    ),
    "authenticated": ("authenticated/v0.1", True, f"directive @authenticated on {_SECURED}"),
    "requiresScopes": (
        "requiresScopes/v0.1",
        True,
        f"scalar {_SCOPE}\n\ndirective @requiresScopes(scopes: [[{_SCOPE}!]!]!) on {_SECURED}",
    ),
    "policy": (
        "policy/v0.1",
        True,
        f"scalar policy__Policy\n\ndirective @policy(policies: [[policy__Policy!]!]!) on {_SECURED}",
    ),
}
_COSTS = {
    "cost": "directive @cost(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | "
    "OBJECT | SCALAR",
    "listSize": "directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], "
    "requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION",
}


def _cost_link(names: Iterable[str], prefix: str) -> str:
    """The `@link` of the cost specification; a prefix renames it and its directives."""
    if not prefix:
        return f'@link(url: "{COST}", import: [{", ".join(json.dumps(f"@{name}") for name in names)}])'
    imported = ", ".join(f'{{name: "@{name}", as: "@{prefix}{name}"}}' for name in names)
    return f'@link(url: "{COST}", as: "{prefix}cost", import: [{imported}])'


def print_supergraph(subgraphs: Sequence[Subgraph], merged: MergedSchema) -> str:
    """Supergraph SDL; equal inputs give equal text."""
    text = "\n\n".join(_type(type_) for type_ in merged.types.values())
    directives = [directive for type_ in merged.types.values() for directive in _all_directives(type_)]
    joins = [directive for directive in directives if directive.spec == JOIN]
    join_arguments = {name for join in joins for name, _ in join.arguments}
    has_contexts = "contextArguments" in join_arguments
    has_cache_tags = any(join.name == "directive" for join in joins)
    minor = 5 if has_contexts else 4 if has_cache_tags or "overrideLabel" in join_arguments else 3
    federation_names = {directive.name for directive in directives if directive.spec == FEDERATION}
    links = [
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        f'@link(url: "https://specs.apollo.dev/join/v0.{minor}", for: EXECUTION)',
    ]
    definitions = [_JOIN_DEFINITIONS.format(arguments=_JOIN_FIELD_ARGUMENTS[minor])]
    if has_contexts:
        definitions.append(_JOIN_CONTEXT)
    if has_cache_tags:
        definitions.append(_JOIN_DIRECTIVE)
        links.append('@link(url: "https://specs.apollo.dev/cacheTag/v0.1", for: EXECUTION)')
    for name, (version, secures, definition) in _FEATURES.items():
        if name in federation_names:
            purpose = ", for: SECURITY" if secures else ""
            links.append(f'@link(url: "https://specs.apollo.dev/{version}"{purpose})')
            definitions.append(definition)
    costs = [name for name in _COSTS if merged.cost_prefix + name in federation_names]
    if costs:
        links.append(_cost_link(costs, merged.cost_prefix))
        definitions.extend(_COSTS[name].replace(f"@{name}", f"@{merged.cost_prefix}{name}") for name in costs)
    for spec in dict.fromkeys(spec for spec, _ in merged.definitions):
        names = ", ".join(f'"@{name}"' for directive_spec, name in merged.definitions if directive_spec == spec)
        links.append(f'@link(url: "{spec}", import: [{names}])')
    if any(directive.name == "oneOf" and not directive.spec for directive in directives):
        definitions.append("directive @oneOf on INPUT_OBJECT")
    definitions.extend((*merged.definitions.values(), *merged.executable))
    roots = "".join(f"\n  {name.lower()}: {name}" for name in _ROOTS if name in merged.types)
    graphs = "".join(
        f"\n  {graph_name(subgraph.name)} @join__graph"
        f"(name: {json.dumps(subgraph.name)}, url: {json.dumps(subgraph.url)})"
        for subgraph in subgraphs
    )
    head = "schema\n  " + "\n  ".join(links) + f"\n{{{roots}\n}}"
    return "\n\n".join([head, *definitions, f"enum join__Graph {{{graphs}\n}}", text]) + "\n"


def _all_directives(type_: Type) -> Iterator[AppliedDirective]:
    """Every directive of a type, its fields, their arguments and its values."""
    yield from type_.directives
    for element in (*type_.fields.values(), *type_.input_fields.values(), *type_.values.values()):
        yield from element.directives
        for argument in element.arguments.values() if isinstance(element, OutputField) else ():
            yield from argument.directives


def _type(type_: Type) -> str:
    head = f"{_description(type_, '')}{type_.kind} {type_.name}"
    if type_.interfaces:
        head += " implements " + " & ".join(type_.interfaces)
    head += _directives(type_.directives, "\n  ")
    match type_.kind:
        case Kind.OBJECT | Kind.INTERFACE:
            return head + _block(_output_field(field) for field in type_.fields.values())
        case Kind.INPUT:
            return head + _block(
                f"{_description(field, '  ')}  {_input_value(field)}" for field in type_.input_fields.values()
            )
        case Kind.ENUM:
            return head + _block(
                f"{_description(value, '  ')}  {value.name}{_directives(value.directives, ' ')}"
                for value in type_.values.values()
            )
        case Kind.UNION:
            return f"{head}\n  = {' | '.join(type_.members)}"
        case _:
            return head


def _block(lines: Iterable[str]) -> str:
    return "\n{\n" + "\n".join(lines) + "\n}"


def _output_field(field: OutputField) -> str:
    arguments = ""
    if any(argument.description for argument in field.arguments.values()):
        lines = "\n".join(
            f"{_description(argument, '    ')}    {_input_value(argument)}" for argument in field.arguments.values()
        )
        arguments = f"(\n{lines}\n  )"
    elif field.arguments:
        arguments = f"({', '.join(map(_input_value, field.arguments.values()))})"
    return f"{_description(field, '  ')}  {field.name}{arguments}: {field.type}{_directives(field.directives, ' ')}"


def _input_value(value: InputValue) -> str:
    default = f" = {value.default}" if value.default is not None else ""
    return f"{value.name}: {value.type}{default}{_directives(value.directives, ' ')}"


def _description(element: Element, indent: str) -> str:
    if not element.description:
        return ""
    block = print_block_string(element.description)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))


def _directives(directives: tuple[AppliedDirective, ...], separator: str) -> str:
    printed = []
    for directive in directives:
        prefix = "join__" if directive.spec == JOIN else ""
        arguments = ", ".join(f"{name}: {value}" for name, value in directive.arguments)
        printed.append(f"{separator}@{prefix}{directive.name}" + (f"({arguments})" if arguments else ""))
    return "".join(printed)
