"""Changes of subgraph sets, as authors make them by mistake: each may leave a valid set valid, or break it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from graphql import (
    ConstArgumentNode,
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSyntaxError,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    StringValueNode,
    UnionTypeDefinitionNode,
    parse,
    parse_const_value,
    print_ast,
)

from hub.federation.compose.composer import Source
from hub.federation.compose.specification import LATEST
from tests.federation.composers.tree import Path, changed, name_of, parts, without
from tests.federation.composers.verdict import SubgraphSet

DIRECTIVES = (
    "@shareable",
    "@external",
    "@inaccessible",
    "@extends",
    "@interfaceObject",
    "@authenticated",
    '@key(fields: "{fields}")',
    '@key(fields: "{fields}")',
    '@key(fields: "{fields}", resolvable: false)',
    '@requires(fields: "{fields}")',
    '@provides(fields: "{fields}")',
    '@override(from: "{subgraph}")',
    '@override(from: "{subgraph}", label: "percent(10)")',
    '@override(from: "{subgraph}", label: "{word}")',
    '@tag(name: "{word}")',
    '@requiresScopes(scopes: [["{word}"]])',
    '@policy(policies: [["{word}"]])',
    '@context(name: "{word}")',
    '@fromContext(field: "${word} {{ {fields} }}")',
    "@cost(weight: 2)",
    "@listSize(assumedSize: 3)",
    '@cacheTag(format: "{word}")',
    '@composeDirective(name: "@{word}")',
    "@deprecated",
    '@specifiedBy(url: "https://example.org")',
    "@{word}",
)
LINKS = (
    '@link(url: "https://specs.apollo.dev/federation/v2.{minor}", import: ["@key", "@shareable"])',
    '@link(url: "https://specs.apollo.dev/federation/v2.{minor}")',
    '@link(url: "https://specs.apollo.dev/federation/v{major}.0")',
    '@link(url: "https://specs.apollo.dev/federation/v2.{minor}", as: "fed", import: ["@key"])',
    '@link(url: "https://specs.apollo.dev/federation/v2.{minor}", import: [{{name: "@key", as: "@{word}"}}])',
    '@link(url: "https://specs.apollo.dev/federation/v2.{minor}", import: ["@{word}"])',
    '@link(url: "https://specs.apollo.dev/link/v1.0")',
    '@link(url: "https://specs.apollo.dev/link/v1.0", import: ["@link"])',
    '@link(url: "https://specs.apollo.dev/tag/v0.3", import: ["@tag"])',
    '@link(url: "https://specs.apollo.dev/inaccessible/v0.2")',
    '@link(url: "https://example.org/{word}/v1.{minor}", import: ["@{word}"])',
    '@link(url: "https://example.org/{word}/v{major}.0", import: ["@{word}"])',
    '@link(url: "https://example.org/{word}/v1.0")',
    '@link(url: "https://example.org/{word}")',
    '@link(url: "https://example.org/other/v1.0", import: [{{name: "@{word}", as: "@{word2}"}}])',
    '@link(url: "{word}")',
    '@composeDirective(name: "@{word}")',
)
DEFINITIONS = (
    "directive @{word} on FIELD_DEFINITION | OBJECT",
    "directive @{word}(a: Int) repeatable on FIELD_DEFINITION | OBJECT | INTERFACE | ENUM | SCALAR",
    "directive @key(fields: String!) repeatable on OBJECT | INTERFACE",
    "directive @key(fields: _FieldSet!) on OBJECT scalar _FieldSet",
    "directive @shareable on FIELD_DEFINITION",
    "directive @tag(name: String) on OBJECT",
    "directive @external on FIELD_DEFINITION | OBJECT",
    "type Query",
    "type {word} {{ a: Int }}",
    "extend type {type} {{ added: Int }}",
    "extend interface {type} {{ added: Int }}",
    "interface {type} {{ id: ID! }}",
    "enum {type} {{ A B }}",
    "scalar {type}",
    "union Some = {type}",
    "input {type} {{ a: Int }}",
    "schema {{ query: {type} }}",
    "schema {{ query: Query mutation: {type} }}",
    "extend type Query {{ again: {type} }}",
    "type Subscription {{ on: {type} }}",
    "type _Service {{ sdl: String }}",
    "scalar federation__FieldSet",
    "type Mutation {{ make: {type} }}",
)
WORDS = (
    "tag",
    "key",
    "cost",
    "mine",
    "other",
    "inaccessible",
    "shareable",
    "link",
    "auth__x",
    "federation__key",
    "override",
)
STRINGS = (
    '"{fields}"', '"{fields}"', '"{subgraph}"', '"{word}"', '"@{word}"', '""', '"{{"', "{word}", '["id"]', "3", "null",
    '"{type} {{ id }}"', '"... on {type} {{ id }}"', '"__typename"', '"id: id"', '"id(a: 1)"', '"percent(101)"',
)  # fmt: skip
SUBGRAPH_NAMES = ("_", "a-b", "a_b", "1st", "", "É", "s0", "S0", "with space", "__", "Query")

Draft = tuple[Source, DocumentNode]
Mutation = Callable[[Random, DocumentNode, Sequence[Draft]], DocumentNode]


def mutated(random: Random, sources: SubgraphSet, count: int) -> SubgraphSet:
    """The set after this number of changes; a change that finds nothing to change leaves it as it is."""
    try:
        drafts = [(source, parse(source.sdl, no_location=True)) for source in sources]
    except GraphQLSyntaxError:
        return sources
    for _ in range(count):
        drafts = _mutated_once(random, drafts)
    return tuple(Source(source.name, source.url, print_ast(document)) for source, document in drafts)


def _mutated_once(random: Random, drafts: list[Draft]) -> list[Draft]:
    index = random.randrange(len(drafts))
    source, document = drafts[index]
    if random.random() < 0.02 and len(drafts) > 1:
        return drafts[:index] + drafts[index + 1 :]
    if random.random() < 0.02:
        source = Source(random.choice(SUBGRAPH_NAMES), source.url, "")
    else:
        document = random.choice(MUTATIONS)(random, document, drafts)
    return [*drafts[:index], (source, document), *drafts[index + 1 :]]


def _nodes(document: Node, *kinds: type[Node]) -> list[tuple[Path, Any]]:
    return [(path, part) for path, part in parts(document) if isinstance(part, kinds)]


def _remove(random: Random, document: DocumentNode, _: Sequence[Draft]) -> DocumentNode:
    collections = random.choice((("fields",), ("directives",), ("definitions",), ("arguments",), ()))
    paths = [path for path, _ in parts(document, *collections)]
    return without(document, random.choice(paths)) if paths else document


def _copy_across(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    """Copy a part of a random subgraph into the same collection of this one, to its type of the same name if any."""
    _, donor = random.choice(drafts)
    collection = random.choice(("fields", "directives", "definitions", "values", "interfaces", "types"))
    copies = list(parts(donor, collection))
    if not copies:
        return document
    path, part = random.choice(copies)
    if collection == "definitions":
        return changed(document, (), definitions=(*document.definitions, part))
    owner = dict(parts(donor))[path[:-1]]
    owners = _nodes(document, type(owner))
    owners = [entry for entry in owners if name_of(entry[1]) == name_of(owner)] or owners
    if not owners:
        return document
    target, node = random.choice(owners)
    if collection == "values" and name_of(part) in map(name_of, getattr(node, collection) or ()):
        return document  # Apollo alone accepts a value twice, and would hide what else differs
    return changed(document, target, **{collection: (*(getattr(node, collection) or ()), part)})


def _retype(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    nodes = _nodes(document, FieldDefinitionNode, InputValueDefinitionNode)
    if not nodes:
        return document
    path, node = random.choice(nodes)
    name = random.choice([*_type_names(drafts), "Int", "String", "ID"])
    nullable = node.type.type if isinstance(node.type, NonNullTypeNode) else node.type
    types = (
        nullable if nullable is not node.type else NonNullTypeNode(type=nullable),
        ListTypeNode(type=node.type),
        NamedTypeNode(name=NameNode(value=name)),
    )
    return changed(document, path, type=random.choice(types))


def _type_names(drafts: Sequence[Draft]) -> list[str]:
    names = [name_of(node) for _, document in drafts for node in document.definitions]
    return [name for name in names if name] or ["Query"]


def _add_directive(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    nodes = [(path, node) for path, node in parts(document) if hasattr(node, "directives") and name_of(node)]
    kinds = random.choice(
        (
            (FieldDefinitionNode,),
            (FieldDefinitionNode,),
            (ObjectTypeDefinitionNode, ObjectTypeExtensionNode),
            (InterfaceTypeDefinitionNode, UnionTypeDefinitionNode, EnumTypeDefinitionNode),
            (Node,),
        )
    )
    nodes = [(path, node) for path, node in nodes if isinstance(node, kinds)] or nodes
    if not nodes:
        return document
    path, node = random.choice(nodes)
    text = _filled(random, random.choice(DIRECTIVES), drafts)
    (holder,) = parse(f"scalar S {text}", no_location=True).definitions
    assert isinstance(holder, ScalarTypeDefinitionNode)
    return changed(document, path, directives=(*(getattr(node, "directives", None) or ()), *(holder.directives or ())))


def _filled(random: Random, template: str, drafts: Sequence[Draft]) -> str:
    fields = [name_of(node) for _, document in drafts for _, node in _nodes(document, FieldDefinitionNode)] or ["id"]
    selection = random.choice(fields)
    if random.random() < 0.3:
        selection += random.choice((f" {random.choice(fields)}", f" {{ {random.choice(fields)} }}", " { id }", " @tag"))
    return template.format(
        fields=selection,
        subgraph=random.choice([source.name for source, _ in drafts] + ["gone"]),
        word=random.choice(WORDS),
        word2=random.choice(WORDS),
        type=random.choice(_type_names(drafts)),
        minor=random.choice((0, 1, 3, 5, LATEST[1], LATEST[1] + 1, 99)),
        major=random.choice((0, 1, 2, 3)),
    )


def _add_link(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    text = _filled(random, f"extend schema {random.choice(LINKS)}", drafts)
    if random.random() < 0.3:
        text += _filled(random, f" {random.choice(LINKS)}", drafts)
    definitions = document.definitions
    if random.random() < 0.4:
        definitions = tuple(node for node in definitions if "schema" not in node.kind)
    return changed(document, (), definitions=(*definitions, *parse(text, no_location=True).definitions))


def _add_definition(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    text = _filled(random, random.choice(DEFINITIONS), drafts)
    return changed(document, (), definitions=(*document.definitions, *parse(text, no_location=True).definitions))


def _rename(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    """Rename one thing where it stands, or all that has its name in the subgraph."""
    nodes = [(path, node) for path, node in parts(document) if name_of(node)]
    if not nodes:
        return document
    chosen, renamed_node = random.choice(nodes)
    name = random.choice([*_type_names(drafts), "Query", "Mutation", "renamed", "id", "_entities", "__x", "_Any"])
    everywhere = random.random() < 0.5
    for path, node in nodes:
        if path == chosen or (everywhere and name_of(node) == name_of(renamed_node)):
            document = changed(document, path, name=NameNode(value=name))
    return document


def _change_string(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    """Change a string of a directive: field set, subgraph, name, label or address."""
    strings = [path for path, node in _nodes(document, ConstArgumentNode) if isinstance(node.value, StringValueNode)]
    if not strings:
        return document
    value = parse_const_value(_filled(random, random.choice(STRINGS), drafts), no_location=True)
    return changed(document, random.choice(strings), value=value)


def _change_import(random: Random, document: DocumentNode, drafts: Sequence[Draft]) -> DocumentNode:
    """Change the imports or the version of a `@link`."""
    links = [(path, node) for path, node in _nodes(document, ConstDirectiveNode) if name_of(node) == "link"]
    if not links:
        return document
    path, link = random.choice(links)
    places = {name_of(argument): index for index, argument in enumerate(link.arguments)}
    if random.random() < 0.5 and "import" in places:
        value = link.arguments[places["import"]].value
        imports = [print_ast(entry) for entry in getattr(value, "values", ())]
        new = f'"@{random.choice(WORDS)}"'
        if imports and random.random() < 0.7:
            index = random.randrange(len(imports))
            old = imports.pop(index)
            renamed = f'{{name: {old}, as: "@{random.choice(WORDS)}"}}' if old.startswith('"') else old
            imports[index:index] = random.choice(([renamed], [new], []))
        else:
            imports.append(new)
        value = parse_const_value(f"[{', '.join(imports)}]", no_location=True)
        return changed(document, (*path, ("arguments", places["import"])), value=value)
    if "url" in places:
        major = "{major}" if random.random() < 0.3 else "2"
        text = _filled(random, f'"https://specs.apollo.dev/federation/v{major}.{{minor}}"', drafts)
        value = parse_const_value(text, no_location=True)
        return changed(document, (*path, ("arguments", places["url"])), value=value)
    return document


def _change_kind(random: Random, document: DocumentNode, _: Sequence[Draft]) -> DocumentNode:
    """Make a definition an extension, an object an interface, or the reverse."""
    indexes = [index for index, node in enumerate(document.definitions) if hasattr(node, "fields") and name_of(node)]
    if not indexes:
        return document
    index = random.choice(indexes)
    text = print_ast(document.definitions[index])
    changes = (
        text.removeprefix("extend ") if text.startswith("extend ") else f"extend {text}",
        text.replace("type ", "interface ", 1) if "type " in text else text.replace("interface ", "type ", 1),
        text.replace("interface ", "type ", 1).replace(" {", " @interfaceObject {", 1),
        text.replace("type ", "input ", 1),
    )
    try:
        nodes = parse(random.choice(changes), no_location=True).definitions
    except GraphQLSyntaxError:
        return document
    return changed(
        document, (), definitions=(*document.definitions[:index], *nodes, *document.definitions[index + 1 :])
    )


def _change_argument(random: Random, document: DocumentNode, _drafts: Sequence[Draft]) -> DocumentNode:
    """Add an argument to a field, or change the default value of one."""
    values = _nodes(document, InputValueDefinitionNode)
    if values and random.random() < 0.5:
        text = random.choice(("1", "2", '"a"', "null", "SMALL", "[1]", "{}"))
        return changed(document, random.choice(values)[0], default_value=parse_const_value(text, no_location=True))
    fields = _nodes(document, FieldDefinitionNode)
    if not fields:
        return document
    path, field = random.choice(fields)
    text = random.choice(("n: Int", "n: Int!", "m: Int = 1", "n: String", "p: Nowhere"))
    ((_, argument),) = _nodes(parse(f"type T {{ f({text}): Int }}", no_location=True), InputValueDefinitionNode)
    return changed(document, path, arguments=(*(field.arguments or ()), argument))


MUTATIONS: tuple[Mutation, ...] = (
    *((_remove,) * 3),
    *((_add_directive,) * 4),
    *((_copy_across,) * 3),
    *((_retype,) * 2),
    *((_change_string,) * 2),
    _add_link,
    _change_import,
    _add_definition,
    _rename,
    _change_kind,
    _change_argument,
)
"""A change that is named several times is made as many times as often."""
