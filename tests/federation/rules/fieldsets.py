"""Field sets of `@key`, `@requires` and `@provides`."""

from __future__ import annotations

from tests.federation.rules.case import LINK, TWO, Case, K, Q

P = 'type Query { a: T @provides(fields: "x") } '
IMPLEMENTED = 'type Query { a: I } type T implements I @key(fields: "id") { id: ID! y: Int x: Int }'
KEYED = IMPLEMENTED + ' interface I @key(fields: "id") { id: ID! }'
BASE = K + "{ id: ID! c: Int } "
PROVIDED = K + "{ id: ID! x: Int @shareable }"


def _key(fields: str) -> list[str]:
    keyed = f"type T @key(fields: {fields}) {{ id: ID! o(n: Int): O p: O l: I }} "
    return [Q + keyed + "type O { id: ID! } interface I { id: ID } type J implements I { id: ID }"]


def _requires(fields: str) -> list[str]:
    return [Q + BASE, K + f"{{ id: ID! c: Int @external b: Int @requires(fields: {fields}) }}"]


def _provides(fields: str, field: str = "x: Int @external", base: str = "x: Int @shareable") -> list[str]:
    return [
        f"type Query {{ a: T @provides(fields: {fields}) }} " + K + f"{{ id: ID! {field} }}",
        K + f"{{ id: ID! {base} }}",
    ]


DEEP = "type C {{ z(n: {}): Int @shareable }}"


def _required(resolved: str, external: str, bad: str, good: str) -> tuple[list[str], list[str]]:
    def sdls(fields: str) -> list[str]:
        requiring = f'{K}{{ id: ID! {external} @external b: Int @requires(fields: "{fields}") }}'
        return [f"{Q}{K}{{ id: ID! {resolved} }}", requiring]

    return sdls(bad), sdls(good)


def _deep(fields: str, argument: str = "Int") -> str:
    return f'{K}{{ id: ID! c: C @external b: Int @requires(fields: "{fields}") }} {DEEP.format(argument)}'


CASES = (
    Case("KEY_INVALID_FIELDS", "T", ['type Query { a: T } type T @key(fields: "id") { id(n: Int!): ID! }'],
         ['type Query { a: T } type T @key(fields: "id") { id: ID! }']),
    Case("KEY_INVALID_FIELDS", "T", [Q + 'type T @key(fields: "") { id: ID! }'], [Q + K + "{ id: ID! }"]),
    Case("KEY_INVALID_FIELDS", "T", [Q + 'type T @key(fields: "t { }") { id: ID! t: T }'],
         [Q + 'type T @key(fields: "{ id }") { id: ID! t: T }']),
    Case("KEY_INVALID_FIELDS", "T", _key('"no"'), _key('"id"')),
    Case("KEY_INVALID_FIELDS", "T", _key('"id {"'), _key('"id"')),
    Case("KEY_INVALID_FIELDS", "T", _key('"p"'), _key('"p { id }"')),
    Case("KEY_INVALID_FIELDS", "T", _key('"id { x }"'), _key('"id"')),
    Case("KEY_INVALID_FIELDS", "T", _key('"x: id"'), _key('"id"')),
    Case("KEY_INVALID_FIELDS_TYPE", "T", _key("[\"id\"]"), _key('"id"')),
    Case("KEY_FIELDS_HAS_ARGS", "T", _key('"o { id }"'), _key('"p { id }"')),
    Case("KEY_FIELDS_SELECT_INVALID_TYPE", "T", _key('"l { id }"'), _key('"p { id }"')),
    Case("KEY_DIRECTIVE_IN_FIELDS_ARG", "T", _key('"id @include(if: true)"'), _key('"id"')),
    Case("REQUIRES_INVALID_FIELDS", "T.b", _requires('"no"'), _requires('"c"'), ("s1",)),
    Case("REQUIRES_INVALID_FIELDS", "T.b", *_required("c(n: Int!): Int", "c(n: Int): Int", "c", "c(n: 1)"), TWO),
    Case("REQUIRES_INVALID_FIELDS", "T.b",
         *_required("c(n: Int!): Int", "c(n: Int): Int", "c(n: null)", "c(n: 1)"), TWO),
    Case("REQUIRES_INVALID_FIELDS", "T.b", *_required("c: Int", "c(n: Int): Int", "c(n: 1)", "c"), TWO),
    Case("REQUIRES_INVALID_FIELDS", "T.b",
         [Q + K + "{ id: ID! c: C } " + DEEP.format("Int!"), _deep("c { z }")],
         [Q + K + "{ id: ID! c: C } " + DEEP.format("Int!"), _deep("c { z(n: 1) }")], TWO),
    Case("REQUIRES_INVALID_FIELDS", "T.b",
         [Q + K + "{ id: ID! c: C } " + DEEP.format("Int! = 1"), _deep("c { z }")],
         [Q + K + "{ id: ID! c: C } " + DEEP.format("Int! = 1"), _deep("c { z }", "Int = 1")], TWO),
    Case("REQUIRES_INVALID_FIELDS_TYPE", "T.b", _requires("3"), _requires('"c"'), ("s1",)),
    Case("REQUIRES_DIRECTIVE_IN_FIELDS_ARG", "T.b", _requires('"c @skip(if: true)"'), _requires('"c"'), ("s1",)),
    Case("REQUIRES_FIELDS_MISSING_EXTERNAL", "T.b",
         [Q + K + "{ id: ID! }", K + '{ id: ID! c: Int b: Int @requires(fields: "c") }'], _requires('"c"'), ("s1",)),
    Case("PROVIDES_INVALID_FIELDS", "Query.a", _provides('"no"'), _provides('"x"')),
    Case("PROVIDES_INVALID_FIELDS_TYPE", "Query.a", _provides("true"), _provides('"x"')),
    Case("PROVIDES_DIRECTIVE_IN_FIELDS_ARG", "Query.a", _provides('"x @skip(if: true)"'), _provides('"x"')),
    Case("PROVIDES_FIELDS_HAS_ARGS", "Query.a",
         _provides('"x"', "x(n: Int): Int @external", "x(n: Int): Int @shareable"), _provides('"x"')),
    Case("PROVIDES_FIELDS_MISSING_EXTERNAL", "Query.a", _provides('"x"', "x: Int @shareable"), _provides('"x"')),
    Case("PROVIDES_ON_NON_OBJECT_FIELD", "Query.a", ['type Query { a: Int @provides(fields: "x") }'],
         ["type Query { a: Int }"]),
    Case("KEY_UNSUPPORTED_ON_INTERFACE", "I",
         [LINK.format(minor=2, names='"@key"') + KEYED], [LINK.format(minor=3, names='"@key"') + KEYED], raw=True),
    Case("REQUIRES_UNSUPPORTED_ON_INTERFACE", "I.x",
         ['interface I { id: ID! y: Int x: Int @requires(fields: "y") } ' + IMPLEMENTED],
         ["interface I { id: ID! y: Int x: Int } " + IMPLEMENTED]),
    Case("PROVIDES_UNSUPPORTED_ON_INTERFACE", "I.t",
         ['type Query { a: I } interface I { t: T @provides(fields: "x") } type J implements I { t: T } '
          + K + "{ id: ID! x: Int @external }", PROVIDED],
         ["type Query { a: I } interface I { t: T } type J implements I { t: T } " + K + "{ id: ID! }", PROVIDED]),
)  # fmt: skip
