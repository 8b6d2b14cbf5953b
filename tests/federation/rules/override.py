"""`@override`: a field moves from one subgraph to another."""

from __future__ import annotations

from tests.federation.rules.case import TWO, Case, K, Q

GOOD = ['type Query { a: Int @override(from: "s1") }', "type Query { a: Int }"]
A = 'type A implements I @key(fields: "id") '
INTERFACE = "type Query { i: I } interface I "
J = "type Query { j: I } interface I { x: Int } " + A


def _moved(new: str, old: str) -> list[str]:
    return [Q + K + f"{{ id: ID! {new} }}", K + f"{{ id: ID! {old} }}", K + "{ id: ID! y: Int }"]


CASES = (
    Case("OVERRIDE_FROM_SELF_ERROR", "Query.a", ['type Query { a: Int @override(from: "s0") }'], GOOD),
    Case("OVERRIDE_SOURCE_HAS_OVERRIDE", "Query.a",
         ['type Query { a: Int @override(from: "s1") }', 'type Query { a: Int @override(from: "s0") }'], GOOD, TWO),
    Case("OVERRIDE_LABEL_INVALID", "Query.a",
         ['type Query { a: Int @override(from: "s1", label: "percent(101)") }', "type Query { a: Int }"],
         ['type Query { a: Int @override(from: "s1", label: "percent(12.5)") }', "type Query { a: Int }"]),
    Case("OVERRIDE_LABEL_INVALID", "Query.a",
         ['type Query { a: Int @override(from: "s1", label: "1st") }', "type Query { a: Int }"],
         ['type Query { a: Int @override(from: "s1", label: "first") }', "type Query { a: Int }"]),
    Case("OVERRIDE_ON_INTERFACE", "I.x",
         [INTERFACE + '{ x: Int @override(from: "s1") } ' + A + "{ id: ID! x: Int @shareable }",
          J + "{ id: ID! x: Int @shareable }"],
         [INTERFACE + "{ x: Int } " + A + '{ id: ID! x: Int @override(from: "s1") }', J + "{ id: ID! x: Int }"]),
    Case("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "T.x",
         _moved('x: Int @override(from: "s1")', 'y: Int @external x: Int @requires(fields: "y")'),
         _moved('x: Int @override(from: "s1")', "x: Int"), TWO),
    Case("OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE", "I.x",
         [INTERFACE + '@key(fields: "id") { id: ID! } ' + A + "{ id: ID! }",
          'type I @interfaceObject @key(fields: "id") { id: ID! x: Int @override(from: "s2") }',
          'type I @interfaceObject @key(fields: "id") { id: ID! x: Int @shareable }'],
         [INTERFACE + '@key(fields: "id") { id: ID! } ' + A + "{ id: ID! }",
          'type I @interfaceObject @key(fields: "id") { id: ID! x: Int @shareable }',
          'type I @interfaceObject @key(fields: "id") { id: ID! x: Int @shareable }'], ("s1", "s2")),
)  # fmt: skip
