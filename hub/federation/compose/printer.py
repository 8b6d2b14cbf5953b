"""The supergraph as text, readable by any router that speaks link v1.0 and join v0.3 (to v0.5 for what came later)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from graphql.language.block_string import print_block_string

from hub.federation.compose.merger import COST, JOIN, Merged, graph_name
from hub.federation.compose.subgraph_model import FEDERATION, Applied, Element, Input, Kind, Output, Subgraph, Type

_JOIN_DEFINITIONS = """\
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, \
external: Boolean, override: String, usedOverridden: Boolean{later}) repeatable on FIELD_DEFINITION | \
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
_LATER = {
    3: "",
    4: ", overrideLabel: String",
    5: ", overrideLabel: String, contextArguments: [join__ContextArgument!]",
}
"""What each minor version of join adds to the arguments of `@join__field`."""

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
    """The link of the directives of cost; under names with a prefix, neither they nor the link have their own."""
    if not prefix:
        return f'@link(url: "{COST}", import: [{", ".join(json.dumps(f"@{name}") for name in names)}])'
    imported = ", ".join(f'{{name: "@{name}", as: "@{prefix}{name}"}}' for name in names)
    return f'@link(url: "{COST}", as: "{prefix}cost", import: [{imported}])'


def print_supergraph(subgraphs: Sequence[Subgraph], merged: Merged) -> str:
    """Supergraph SDL; equal inputs give equal text."""
    text = "\n\n".join(_type(type_) for type_ in merged.types.values())
    everywhere = [each for type_ in merged.types.values() for each in _applied(type_)]
    joins = [each for each in everywhere if each.spec == JOIN]
    contextual, labelled = (
        any(name == said for each in joins for said, _ in each.arguments)
        for name in ("contextArguments", "overrideLabel")
    )
    tagged = any(each.name == "directive" for each in joins)
    minor = 5 if contextual else 4 if labelled or tagged else 3
    applied = {each.name for each in everywhere if each.spec == FEDERATION}
    links = [
        '@link(url: "https://specs.apollo.dev/link/v1.0")',
        f'@link(url: "https://specs.apollo.dev/join/v0.{minor}", for: EXECUTION)',
    ]
    definitions = [_JOIN_DEFINITIONS.format(later=_LATER[minor])]
    if contextual:
        definitions.append(_JOIN_CONTEXT)
    if tagged:
        definitions.append(_JOIN_DIRECTIVE)
        links.append('@link(url: "https://specs.apollo.dev/cacheTag/v0.1", for: EXECUTION)')
    for name, (version, secures, definition) in _FEATURES.items():
        if name in applied:
            purpose = ", for: SECURITY" if secures else ""
            links.append(f'@link(url: "https://specs.apollo.dev/{version}"{purpose})')
            definitions.append(definition)
    costs = [name for name in _COSTS if merged.costs + name in applied]
    if costs:
        links.append(_cost_link(costs, merged.costs))
        definitions.extend(_COSTS[name].replace(f"@{name}", f"@{merged.costs}{name}") for name in costs)
    for spec in dict.fromkeys(spec for spec, _ in merged.kept):
        names = ", ".join(f'"@{name}"' for each, name in merged.kept if each == spec)
        links.append(f'@link(url: "{spec}", import: [{names}])')
    definitions.extend(merged.kept.values())
    roots = "".join(f"\n  {name.lower()}: {name}" for name in _ROOTS if name in merged.types)
    graphs = "".join(
        f"\n  {graph_name(each.name)} @join__graph(name: {json.dumps(each.name)}, url: {json.dumps(each.url)})"
        for each in subgraphs
    )
    head = "schema\n  " + "\n  ".join(links) + f"\n{{{roots}\n}}"
    return "\n\n".join([head, *definitions, f"enum join__Graph {{{graphs}\n}}", text]) + "\n"


def _applied(type_: Type) -> Iterator[Applied]:
    """Every directive of a type and of what it holds."""
    yield from type_.directives
    for element in (*type_.fields.values(), *type_.inputs.values(), *type_.values.values()):
        yield from element.directives
        for argument in element.arguments.values() if isinstance(element, Output) else ():
            yield from argument.directives


def _type(type_: Type) -> str:
    head = f"{_described(type_, '')}{type_.kind} {type_.name}"
    if type_.interfaces:
        head += " implements " + " & ".join(type_.interfaces)
    head += _directives(type_.directives, "\n  ")
    match type_.kind:
        case Kind.OBJECT | Kind.INTERFACE:
            return head + _block(_output(each) for each in type_.fields.values())
        case Kind.INPUT:
            return head + _block(f"{_described(each, '  ')}  {_input(each)}" for each in type_.inputs.values())
        case Kind.ENUM:
            return head + _block(
                f"{_described(each, '  ')}  {each.name}{_directives(each.directives, ' ')}"
                for each in type_.values.values()
            )
        case Kind.UNION:
            return f"{head}\n  = {' | '.join(type_.members)}"
        case _:
            return head


def _block(lines: Iterable[str]) -> str:
    return "\n{\n" + "\n".join(lines) + "\n}"


def _output(field: Output) -> str:
    arguments = ""
    if any(each.description for each in field.arguments.values()):
        lines = "\n".join(f"{_described(each, '    ')}    {_input(each)}" for each in field.arguments.values())
        arguments = f"(\n{lines}\n  )"
    elif field.arguments:
        arguments = f"({', '.join(_input(each) for each in field.arguments.values())})"
    return f"{_described(field, '  ')}  {field.name}{arguments}: {field.type}{_directives(field.directives, ' ')}"


def _input(value: Input) -> str:
    default = f" = {value.default}" if value.default is not None else ""
    return f"{value.name}: {value.type}{default}{_directives(value.directives, ' ')}"


def _described(element: Element, indent: str) -> str:
    if not element.description:
        return ""
    block = print_block_string(element.description)
    return "".join(f"{indent}{line}\n" if line else "\n" for line in block.split("\n"))


def _directives(directives: tuple[Applied, ...], separator: str) -> str:
    printed = []
    for each in directives:
        prefix = "join__" if each.spec == JOIN else ""
        arguments = ", ".join(f"{name}: {value}" for name, value in each.arguments)
        printed.append(f"{separator}@{prefix}{each.name}" + (f"({arguments})" if arguments else ""))
    return "".join(printed)
