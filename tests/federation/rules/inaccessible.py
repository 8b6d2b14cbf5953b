"""`@inaccessible`: what clients don't see."""

from __future__ import annotations

from tests.federation.rules.case import Case

IMPLEMENTED = "type Query { a: A } interface I { x: Int @inaccessible z: ID } type A implements I "

CASES = (
    Case("DISALLOWED_INACCESSIBLE", "String", ["scalar String @inaccessible type Query { a: Int }"],
         ["scalar String type Query { a: Int }"], strict=True),
    Case("DISALLOWED_INACCESSIBLE", "@d(n:)",
         ["directive @d(n: Int @inaccessible) on FIELD type Query { a: Int }"],
         ["directive @d(n: Int) on FIELD type Query { a: Int }"], strict=True),
    Case("QUERY_ROOT_TYPE_INACCESSIBLE", "Query", ["type Query @inaccessible { a: Int }"],
         ["type Query { a: Int b: Int @inaccessible }"]),
    Case("ONLY_INACCESSIBLE_CHILDREN", "T", ["type Query { a: T } type T { x: Int @inaccessible }"],
         ["type Query { a: T } type T { x: Int @inaccessible y: Int }"]),
    Case("ONLY_INACCESSIBLE_CHILDREN", "E", ["type Query { a: E } enum E { A @inaccessible }"],
         ["type Query { a: E } enum E { A @inaccessible B }"]),
    Case("ONLY_INACCESSIBLE_CHILDREN", "U", ["type Query { a: U } union U = A type A @inaccessible { x: Int }"],
         ["type Query { a: U } union U = A | B type A @inaccessible { x: Int } type B { x: Int }"]),
    Case("REFERENCED_INACCESSIBLE", "Query.a", ["type Query { a: T b: Int } type T @inaccessible { x: Int }"],
         ["type Query { a: T @inaccessible b: Int } type T @inaccessible { x: Int }"]),
    Case("REFERENCED_INACCESSIBLE", "Query.a(i:)", ["type Query { a(i: I): Int } input I @inaccessible { x: Int }"],
         ["type Query { a(i: I @inaccessible): Int } input I @inaccessible { x: Int }"]),
    Case("REFERENCED_INACCESSIBLE", "J.i",
         ["type Query { a(j: J): Int } input J { i: I x: Int } input I @inaccessible { x: Int }"],
         ["type Query { a(j: J): Int } input J { i: I @inaccessible x: Int } input I @inaccessible { x: Int }"]),
    Case("REQUIRED_INACCESSIBLE", "Query.a(x:)", ["type Query { a(x: Int! @inaccessible): Int }"],
         ["type Query { a(x: Int! = 1 @inaccessible): Int }"]),
    Case("REQUIRED_INACCESSIBLE", "I.x", ["type Query { a(i: I): Int } input I { x: Int! @inaccessible y: Int }"],
         ["type Query { a(i: I): Int } input I { x: Int @inaccessible y: Int }"]),
    Case("IMPLEMENTED_BY_INACCESSIBLE", "A.x",
         ["type Query { a: A } interface I { x: Int } type A implements I { x: Int @inaccessible y: Int }"],
         [IMPLEMENTED + "{ x: Int @inaccessible z: ID }"]),
    Case("DEFAULT_VALUE_USES_INACCESSIBLE", "Query.a(e:)",
         ["type Query { a(e: E = A): Int } enum E { A @inaccessible B }"],
         ["type Query { a(e: E = B): Int } enum E { A @inaccessible B }"]),
    Case("DEFAULT_VALUE_USES_INACCESSIBLE", "Query.a(i:)",
         ["type Query { a(i: [I!] = [{j: {x: 1}}]): Int } input I { j: J } input J { x: Int @inaccessible y: Int }"],
         ["type Query { a(i: [I!] = [{j: {y: 1}}]): Int } input I { j: J } input J { x: Int @inaccessible y: Int }"]),
)  # fmt: skip
