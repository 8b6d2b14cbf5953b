"""A query that no plan can serve."""

from __future__ import annotations

from tests.federation.rules.case import TWO, Case, K, Q

B = '{ id: ID! c: Int @external b: Int @requires(fields: "c") }'
MAKE = "type Mutation {{ make: V @shareable }} type V @shareable {{ {} }} "
EXTERNAL_KEY = 'type T @key(fields: "id") { id: ID! @external y: Int }'
OWN_KEY = 'extend type T @key(fields: "id") { id: ID! @external y: Int }'
KEYLESS = "type Query { i: I } interface I { id: ID! } "
KEYED = KEYLESS.replace("interface I", 'interface I @key(fields: "id")')
UNRESOLVABLE = KEYED.replace('"id"', '"id", resolvable: false')
A = 'type A implements I @key(fields: "id") { id: ID! } '
OBJECT = 'type Query { j: I } type I @key(fields: "id") @interfaceObject { id: ID! x: Int }'

CASES = (
    Case("SATISFIABILITY_ERROR", "T.x", [Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int }"],
         [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"], TWO),
    Case("SATISFIABILITY_ERROR", "T.x",
         [Q + K + "{ id: ID! }", 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int }'],
         [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"], TWO),
    Case("SATISFIABILITY_ERROR", "T.b", [Q + K + "{ id: ID! }", 'type T @key(fields: "other") { other: ID! b: Int }'],
         [Q + K + "{ id: ID! other: ID! @shareable }", 'type T @key(fields: "other") { other: ID! b: Int }'], TWO),
    Case("SATISFIABILITY_ERROR", "T.b",
         [Q + K + B, K + '{ id: ID! b: Int @external c: Int @requires(fields: "b") }'],
         [Q + K + B, K + "{ id: ID! c: Int }"], TWO),
    Case("SATISFIABILITY_ERROR", "T.x",
         [Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int }"],
         [Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int @inaccessible }"], TWO),
    Case("SATISFIABILITY_ERROR", "T.x", [Q + EXTERNAL_KEY, K + "{ id: ID! x: Int }"],
         [Q + OWN_KEY, K + "{ id: ID! x: Int }"], TWO),
    Case("SATISFIABILITY_ERROR", "V.y",
         [MAKE.format("x: Int") + "type Query { a: Int }", MAKE.format("y: Int")],
         [MAKE.format("x: Int") + "type Query { a: Int }", MAKE.format("x: Int y: Int")], TWO),
    Case("SATISFIABILITY_ERROR", "A.__typename", [KEYLESS + A, OBJECT], [KEYED + A, OBJECT], ("s1",)),
    Case("SATISFIABILITY_ERROR", "A.__typename", [UNRESOLVABLE + A, OBJECT], [KEYED + A, OBJECT], ("s1",)),
    Case("SATISFIABILITY_ERROR", "A.x", [KEYED + A, OBJECT.replace('"id"', '"id", resolvable: false')],
         [KEYED + A, OBJECT]),
)  # fmt: skip
