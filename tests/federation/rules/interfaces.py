"""Interfaces over several subgraphs, their keys, and `@interfaceObject`."""

from __future__ import annotations

from tests.federation.rules.case import HEAD, Case

IK = 'interface I @key(fields: "id") { id: ID! } '
LOOSE = 'type Query { j: I } interface I @key(fields: "id", resolvable: false) { id: ID! } '
A = 'type A implements I @key(fields: "id") { id: ID! } '
B = 'type B implements I @key(fields: "id") { id: ID! } '
Q = "type Query { i: I } "
OBJECT = 'type I @key(fields: "id") @interfaceObject { id: ID! x: Int } '

CASES = (
    Case("INVALID_GRAPHQL", "I.id",
         ["type Query { i: I } interface I { id: ID! } type A implements I { id: ID! @shareable }",
          "type Query { a: A } type A { id: ID @shareable }"],
         ["type Query { i: I } interface I { id: ID! } type A implements I { id: ID! @shareable }",
          "type Query { a: A } type A { id: ID! @shareable }"], ("s0", "s1")),
    Case("INTERFACE_OBJECT_USAGE_ERROR", "I",
         [HEAD + "type Query { a: Int } " + OBJECT, IK + "type A implements I { id: ID! }", HEAD + IK + A],
         [HEAD + "type Query { a: Int } " + OBJECT, HEAD + IK + A], ("s0", "s1"), raw=True),
    Case("INTERFACE_FIELD_NO_IMPLEM", "B.x",
         [Q + "interface I { id: ID x: Int } type A implements I { id: ID x: Int }",
          "type Query { j: I } interface I { id: ID } type B implements I { id: ID }"],
         [Q + "interface I { id: ID x: Int } type A implements I { id: ID x: Int }",
          "type Query { j: I } interface I { id: ID } type B implements I { id: ID x: Int }"], ("s0", "s1")),
    Case("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", "I", [Q + IK + "type A implements I { id: ID! }"], [Q + IK + A]),
    Case("INTERFACE_KEY_NOT_ON_IMPLEMENTATION", "I",
         [Q + IK + 'type A implements I @key(fields: "id", resolvable: false) { id: ID! }'], [Q + IK + A]),
    Case("INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE", "I", [Q + IK + A, LOOSE + B],
         [Q + IK + A + B, LOOSE + B]),
    Case("INTERFACE_OBJECT_USAGE_ERROR", "I",
         [Q + IK + A, 'type I @interfaceObject { id: ID! @shareable x: Int }'], [Q + IK + A, OBJECT], ("s1",)),
    Case("INTERFACE_OBJECT_USAGE_ERROR", "I", [OBJECT + Q], [OBJECT + Q, IK + A], ("s0",)),
    Case("INTERFACE_OBJECT_USAGE_ERROR", "I",
         [Q + IK + A, OBJECT + 'type A @key(fields: "id") { id: ID! y: Int }'], [Q + IK + A, OBJECT], ("s1",)),
)  # fmt: skip
