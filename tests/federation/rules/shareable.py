"""`@shareable`: a field that several subgraphs resolve."""

from __future__ import annotations

from tests.federation.rules.case import HEAD, TWO, Case, K, Q

U = "type A @shareable { x: Int } type B @shareable { x: Int } type C @shareable { x: Int } "
WITH_KEY = (
    'type Query {{ i: I }} interface I @key(fields: "id") {{ id: ID! }} '
    'type A implements I @key(fields: "id") {{ id: ID! {} }}'
)
STANDS = 'type I @interfaceObject @key(fields: "id") {{ id: ID! {} }}'
OLD = 'type A @key(fields: "id") { id: ID! x: Int }'


def _unions(first: str, second: str) -> list[str]:
    return [
        f"type Query {{ u: U @shareable all{n}: [W] }} union U = {members} union W = A | B | C " + U
        for n, members in enumerate((first, second))
    ]


CASES = (
    Case("INVALID_FIELD_SHARING", "T.x", [Q + K + "{ id: ID! x: Int }", K + "{ id: ID! x: Int @shareable }"],
         [Q + K + "{ id: ID! x: Int @shareable }", K + "{ id: ID! x: Int @shareable }"], TWO),
    Case("INVALID_FIELD_SHARING", "T.x",
         ['type Query { a: T @provides(fields: "x") } ' + K + "{ id: ID! x: Int @external }", K + "{ id: ID! x: Int }"],
         ['type Query { a: T @provides(fields: "x") } ' + K + "{ id: ID! x: Int @external }",
          K + "{ id: ID! x: Int @shareable }"], TWO),
    Case("INVALID_FIELD_SHARING", "Query.a", ["type Query { a: Int }", "type Query { a: Int }"],
         ["type Query { a: Int @shareable }", "type Query { a: Int @shareable }"], TWO),
    Case("INVALID_FIELD_SHARING", "Subscription.s",
         ["type Query { a: Int } type Subscription { s: Int @shareable }"],
         ["type Query { a: Int } type Subscription { s: Int }"]),
    Case("INVALID_FIELD_SHARING", "Subscription.s",
         ["type Query { a: Int } type Subscription { s: Int }", "type Subscription { s: Int }"],
         ["type Query { a: Int } type Subscription { s: Int }", "type Query { a: Int }"], TWO, raw=True),
    Case("INVALID_FIELD_SHARING", "A.x", [WITH_KEY.format("x: Int"), STANDS.format("x: Int @shareable")],
         [WITH_KEY.format("x: Int @shareable"), STANDS.format("x: Int @shareable")], TWO),
    Case("INVALID_FIELD_SHARING", "A.x", [WITH_KEY.format("x: Int @shareable"), STANDS.format("x: Int")],
         [WITH_KEY.format("x: Int @shareable"), STANDS.format("x: Int @shareable")], TWO),
    Case("INVALID_FIELD_SHARING", "A.x", [HEAD + WITH_KEY.format(""), HEAD + STANDS.format("x: Int @shareable"), OLD],
         [HEAD + WITH_KEY.format(""), HEAD + STANDS.format("y: Int"), OLD], ("s1", "s2"), raw=True),
    Case("INVALID_SHAREABLE_USAGE", "I.x",
         ["type Query { i: I } interface I { x: Int @shareable } type A implements I { x: Int }"],
         ["type Query { i: I } interface I { x: Int } type A implements I { x: Int @shareable }"]),
    Case("INVALID_SHAREABLE_USAGE", "Query.a", ["type Query { a: Int @shareable @shareable }"],
         ["type Query { a: Int @shareable }"]),
    Case("SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES", "Query.u", _unions("A", "B"), _unions("A | B", "B"), TWO),
)  # fmt: skip
