"""`@link`, the definitions of federation's own directives and types, `@composeDirective`, validity."""

from __future__ import annotations

from tests.federation.rules.case import HEAD, LINK, NAMES, Case

A = "type Query { a: Int }"
COST = (
    'extend schema @link(url: "https://other.example/cost/v1.0", import: ["@cost"]) @composeDirective(name: "@cost") '
)
SPEC = "https://other.example/shield"
DEFINED = "directive @cost(weight: Int!) on FIELD_DEFINITION "
RENAMED = COST.replace('"@cost"]', '{name: "@cost", as: "@price"}]').replace('name: "@cost")', 'name: "@price")')
SWAPPED = RENAMED.replace('{name: "@cost"', '{name: "@size"')
PRICED = DEFINED.replace("@cost", "@price")
MY_TAG = (
    LINK.format(minor=3, names='"@composeDirective"')
    + COST.replace("@cost", "@tag")
    + DEFINED.replace("@cost", "@tag")
    + "type Query { a: Int }"
)
TAGGED = LINK.format(minor=3, names='"@tag"') + "type Query { b: Int }"
OTHER_SPEC = COST.replace("other.example", "another.example")


def _linked(spec: str) -> str:
    return f'extend schema @link(url: "https://specs.apollo.dev/{spec}") {A}'


CASES = (
    Case("INVALID_GRAPHQL", "1:17", ["type Query { a: }"], [A], raw=True),
    Case("INVALID_GRAPHQL", "1:17", ["type Query { a: Nowhere }"], [A], raw=True),
    Case("INVALID_GRAPHQL", "1:21", ["type Query { a: Int @inaccesible }"], [A], raw=True),
    Case("INVALID_GRAPHQL", "1:1", ["{ query: Query } type Query { a: Int }"], [A], raw=True),
    Case("INVALID_GRAPHQL", "2:21", ["type Query { a: Int @key }"], [A]),
    Case("INVALID_GRAPHQL", "2:32", ["type Query { a: Int @tag(name: 3) }"],
         ['type Query { a: Int @tag(name: "3") }']),
    Case("INVALID_GRAPHQL", "2:25", ['type Query { a(x: Int = "1"): Int }'],
         ["type Query { a(x: Int = 1): Int }"]),
    Case(
        "INVALID_GRAPHQL",
        "2:43",
        [LINK.format(minor=6, names=NAMES) + 'type Query { a: Int @override(from: "s1", label: "x") }', A],
        [LINK.format(minor=7, names=NAMES) + 'type Query { a: Int @override(from: "s1", label: "x") }', A],
        raw=True,
    ),
    Case("UNKNOWN_FEDERATION_LINK_VERSION", "schema", [_linked("federation/v3.0")], [A], raw=True),
    Case("UNKNOWN_FEDERATION_LINK_VERSION", "schema", [_linked("federation/v2.99")], [A], raw=True),
    Case("UNKNOWN_LINK_VERSION", "schema", [_linked("link/v9.0")], [A], raw=True),
    Case("INVALID_LINK_IDENTIFIER", "schema", ['extend schema @link(url: "https://other.example/") ' + A], [A]),
    Case("INVALID_LINK_IDENTIFIER", "schema", ['extend schema @link(url: "cost") ' + A], [A]),
    Case("INVALID_LINK_IDENTIFIER", "schema", [f'extend schema @link(url: "{SPEC}") ' + A],
         [f'extend schema @link(url: "{SPEC}/v1.0") ' + A]),
    Case(
        "LINK_IMPORT_NAME_MISMATCH",
        "@tag",
        [
            LINK.format(minor=3, names='"@tag"') + 'type Query { a: Int @tag(name: "x") }',
            LINK.format(minor=3, names='{name: "@tag", as: "@label"}') + 'type Query { b: Int @label(name: "x") }',
        ],
        [
            LINK.format(minor=3, names='"@tag"') + 'type Query { a: Int @tag(name: "x") }',
            LINK.format(minor=3, names='"@tag"') + 'type Query { b: Int @tag(name: "x") }',
        ],
        subgraphs=("s0", "s1"),
        raw=True,
    ),
    Case(
        "DIRECTIVE_DEFINITION_INVALID",
        "@key",
        ["directive @key(fields: FieldSet!, more: Int) on OBJECT scalar FieldSet " + A],
        ["directive @key(fields: federation__FieldSet!) repeatable on OBJECT scalar federation__FieldSet " + A],
    ),
    Case("DIRECTIVE_DEFINITION_INVALID", "@link", ["directive @link on FIELD_DEFINITION " + A],
         ["directive @link(url: String!, import: [String]) repeatable on SCHEMA " + A]),
    Case("DIRECTIVE_DEFINITION_INVALID", "@link", ["directive @link(url: String!, to: Int) on SCHEMA " + A],
         ["directive @link(url: String, as: String, import: [String]) repeatable on SCHEMA " + A]),
    Case("DIRECTIVE_DEFINITION_INVALID", "@override",
         ["type Query { a: Int @override } directive @override on FIELD_DEFINITION"],
         ["type Query { a: Int @link(to: 1) } directive @link(to: Int) on FIELD_DEFINITION"], raw=True),
    Case("DIRECTIVE_DEFINITION_INVALID", "@tag", ["directive @tag(name: String) on OBJECT " + A],
         ["directive @tag(name: String!) on OBJECT " + A]),
    Case("DIRECTIVE_DEFINITION_INVALID", "@key",
         ["directive @key(fields: _FieldSet!) on OBJECT scalar _FieldSet " + A],
         ["directive @key(fields: String!) on OBJECT " + A]),
    Case("DIRECTIVE_DEFINITION_INVALID", "@key",
         ["directive @key(fields: String!, resolvable: Boolean) on OBJECT " + A],
         ["directive @key(fields: String!, resolvable: Boolean!) on OBJECT " + A]),
    Case("DIRECTIVE_DEFINITION_INVALID", "@key",
         ["directive @key(fields: Int) on OBJECT " + A],
         ["directive @key(fields: String) on OBJECT directive @requires on OBJECT " + A], raw=True),
    Case("INVALID_GRAPHQL", "2:69",
         ["directive @shareable on FIELD_DEFINITION type Query { a: T } type T @shareable { a: Int }"],
         ["directive @shareable on FIELD_DEFINITION type Query { a: T } type T { a: Int @shareable }"]),
    Case("INVALID_GRAPHQL", "1:23", ["type Query { a(t: T = 2): Int } type T { a: Int }"], [A], raw=True),
    Case("TYPE_DEFINITION_INVALID", "_Service", ["scalar _Service " + A], ["type _Service { sdl: String } " + A],
         strict=True),
    Case("TYPE_DEFINITION_INVALID", "Int", ["type Int { x: ID } type Query { a: Int }"], [A], raw=True, strict=True),
    Case("TYPE_DEFINITION_INVALID", "federation__FieldSet", ["type federation__FieldSet { x: Int } " + A],
         ["scalar federation__FieldSet " + A]),
    Case("INVALID_GRAPHQL", "1:17", ["schema { query: Root } type Query { b: Int }"], [A, "type Query"], raw=True),
    Case("TYPE_DEFINITION_INVALID", "Query.a",
         ["type Query { a: federation__note } type federation__note { b: Int }"],
         ["type Query { a: note } type note { b: Int }"], strict=True),
    Case("TYPE_DEFINITION_INVALID", "Query.a(f:)",
         ["type Query { a(f: [link__Kind!]): Int } enum link__Kind { B }"],
         ["type Query { a(f: [Kind!]): Int } enum Kind { B }"], strict=True),
    Case("TYPE_DEFINITION_INVALID", "U", ["type Query { a: U } union U = join__A type join__A { b: Int }"],
         ["type Query { a: U } union U = A type A { b: Int }"], strict=True),
    Case("ROOT_QUERY_USED", "Query",
         ["schema { query: Root } type Root { a: Query } extend type Query { b: Int }"], [A]),
    Case("ROOT_QUERY_USED", "Query", ["schema { query: Root } type Root { a: Query } type Query { b: Int }"], [A],
         raw=True),
    Case(
        "ROOT_MUTATION_USED",
        "Mutation",
        ["schema { query: Query mutation: M } type M { m: Int } type Query { a: Mutation } type Mutation { b: Int }"],
        ["schema { query: Query mutation: M } type M { m: Int } type Query { a: Int }"],
        raw=True,
    ),
    Case(
        "ROOT_SUBSCRIPTION_USED",
        "Subscription",
        ["schema { query: Query subscription: S } type Query { a: Int } type S { m: Int } type Subscription { b: ID }"],
        ["schema { query: Query subscription: S } type S { m: Int } type Query { a: Int }"],
        raw=True,
    ),
    Case(
        "DIRECTIVE_COMPOSITION_ERROR",
        "cost",
        [HEAD + COST.replace('name: "@cost"', 'name: "cost"') + DEFINED + "type Query { a: Int @cost(weight: 3) }"],
        [HEAD + COST + DEFINED + "type Query { a: Int @cost(weight: 3) }"],
        raw=True,
    ),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@key", ['extend schema @composeDirective(name: "@key") ' + A],
         ['extend schema @composeDirective(name: "@tag") ' + A]),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@tag", [MY_TAG, TAGGED],
         [MY_TAG, TAGGED.replace("@tag", "@key")], raw=True),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@tag", [MY_TAG, "type Query { b: Int }"], [MY_TAG], raw=True),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@cost",
         [COST + DEFINED + A, RENAMED + PRICED + "type Query { b: Int }"],
         [COST + DEFINED + A, COST + DEFINED + "type Query { b: Int }"], ("s0", "s1")),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@price",
         [RENAMED + PRICED + A, SWAPPED + PRICED + "type Query { b: Int }"],
         [COST + DEFINED + A, COST + DEFINED + "type Query { b: Int }"], ("s0", "s1")),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@none", ['extend schema @composeDirective(name: "@none") ' + A], [A]),
    Case("DIRECTIVE_COMPOSITION_ERROR", "@cost", [COST + A], [COST + DEFINED + A]),
    Case(
        "DIRECTIVE_COMPOSITION_ERROR",
        "@cost",
        [COST + DEFINED + A, OTHER_SPEC + DEFINED + "type Query { b: Int }"],
        [COST + DEFINED + A, COST + DEFINED + "type Query { b: Int }"],
        subgraphs=("s0", "s1"),
    ),
    Case(
        "DIRECTIVE_COMPOSITION_ERROR",
        "https://other.example/cost",
        [COST + DEFINED + A, COST.replace("v1.0", "v2.0") + DEFINED + "type Query { b: Int }"],
        [COST + DEFINED + A, COST + DEFINED + "type Query { b: Int }"],
        subgraphs=("s0", "s1"),
    ),
)  # fmt: skip
