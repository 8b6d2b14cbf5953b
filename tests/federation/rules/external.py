"""`@external`: what belongs to another subgraph."""

from __future__ import annotations

from tests.federation.rules.case import TWO, Case, K, Q


def _external(declared: str, resolved: str, requires: str = "x") -> list[str]:
    return [
        Q + K + f'{{ id: ID! {declared} b: Int @requires(fields: "{requires}") }}',
        K + f"{{ id: ID! {resolved} }}",
    ]


GOOD = _external("x: Int @external", "x: Int")
IN = 'interface I {{ x: Int{} }} type T implements I @key(fields: "id") {{ id: ID! x: Int }} type Query {{ a: I }}'

OUTER = (
    "type Query {{ a: T }} type O {{ y: Int @external }} "
    'type T @key(fields: "id") '
    '{{ id: ID! o: O @external {} b: Int @requires(fields: "o {{ y }}") }}'
)

CASES = (
    Case("EXTERNAL_UNUSED", "T.x", [Q + K + "{ id: ID! x: Int @external }", K + "{ id: ID! x: Int }"],
         [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"]),
    Case("EXTERNAL_MISSING_ON_BASE", "T.x", _external("x: Int @external", ""), GOOD),
    Case("EXTERNAL_TYPE_MISMATCH", "T.x", _external("x: String @external", "x: Int"), GOOD),
    Case("EXTERNAL_TYPE_MISMATCH", "T.x", _external("x: Int! @external", "x: Int"), GOOD),
    Case("EXTERNAL_MISSING_ON_BASE", "T.id",
         ['type Query { a: T } type T @key(fields: "id") { id: ID! @external x: Int }'],
         ['type Query { a: T } extend type T @key(fields: "id") { id: ID! @external x: Int } type T { y: Int }']),
    Case("EXTERNAL_MISSING_ON_BASE", "T.id",
         ['type Query { a: T } type T @key(fields: "id") { id: ID! @external x: Int }'],
         ['type Query { a: T } type T @extends @key(fields: "id") { id: ID! @external x: Int }']),
    Case("EXTERNAL_ARGUMENT_MISSING", "T.x(n:)", _external("x: Int @external", "x(n: Int): Int"),
         _external("x(n: Int): Int @external", "x(n: Int): Int"), TWO),
    Case("EXTERNAL_ARGUMENT_TYPE_MISMATCH", "T.x(n:)", _external("x(n: ID): Int @external", "x(n: Int): Int"),
         _external("x(n: Int): Int @external", "x(n: Int): Int"), TWO),
    Case("EXTERNAL_ARGUMENT_TYPE_MISMATCH", "T.x(n:)",
         _external("x(n: Int!): Int @external", "x(n: Int): Int", "x(n: 1)"),
         _external("x(n: Int): Int @external", "x(n: Int!): Int", "x(n: 1)"), TWO),
    Case("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", "T.x(n:)",
         _external("x(n: Int = 1): Int @external", "x(n: Int = 2): Int"),
         _external("x(n: Int = 1): Int @external", "x(n: Int = 1): Int"), TWO),
    Case("EXTERNAL_ON_INTERFACE", "I.x", [IN.format(" @external")], [IN.format("")]),
    Case("EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE", "T.o",
         [OUTER.format('@provides(fields: "y")'), K + "{ id: ID! o: O } type O { y: Int }"],
         [OUTER.format(""), K + "{ id: ID! o: O } type O { y: Int }"]),
    Case("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", "T.x",
         _external('x: Int @external @tag(name: "t")', "x: Int"),
         _external("x: Int @external", 'x: Int @tag(name: "t")')),
    Case("MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL", "T.x",
         _external("x: Int @external @inaccessible", "x: Int"), _external("x: Int @external", "x: Int @inaccessible")),
)  # fmt: skip
