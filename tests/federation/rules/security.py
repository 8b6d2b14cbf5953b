"""`@authenticated`, `@requiresScopes`, `@policy`: no way around what one subgraph demands."""

from __future__ import annotations

from tests.federation.rules.case import Case, K, Q


def _requiring(protected: str, own: str) -> list[str]:
    return [
        Q + K + f"{{ id: ID! x: Int {protected} }}",
        K + f'{{ id: ID! x: Int @external b: Int @requires(fields: "x") {own} }}',
    ]


PARTS = 'interface P {{ x: Int }} type A implements P @key(fields: "id") {} {{ id: ID! x: Int {} }} '
OWN = PARTS.format("", "@shareable") + 'type B implements P @key(fields: "id") { id: ID! x: Int @shareable } '
STANDS = 'type P @interfaceObject @key(fields: "id") {{ id: ID! x: Int {} }} '
WHOLE = 'interface P @key(fields: "id") { id: ID! } type A implements P @key(fields: "id") { id: ID! } '


def _requiring_part(type_protection: str, protection: str, own: str, selection: str = "x") -> list[str]:
    """A field requires what an interface stands for, of which one type is protected."""
    return [
        Q + K + "{ id: ID! p: P } " + PARTS.format(type_protection, f"@shareable {protection}"),
        K + f'{{ id: ID! p: P @external b: Int @requires(fields: "p {{ {selection} }}") {own} }} ' + OWN,
    ]


def _standing(protection: str, own: str) -> list[str]:
    """A field requires what an interface object resolves for the types of its interface."""
    return [
        "type Query { a: A } " + WHOLE,
        STANDS.format(protection),
        f'type A @key(fields: "id") {{ id: ID! x: Int @external b: Int @requires(fields: "x") {own} }} ',
    ]


CASES = (
    Case("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", "I",
         ["type Query { i: I } interface I @authenticated { x: Int } type A implements I { x: Int }"],
         ["type Query { i: I } interface I { x: Int } type A implements I @authenticated { x: Int }"]),
    Case("AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE", "I.x",
         ['type Query { i: I } interface I { x: Int @policy(policies: [["p"]]) } type A implements I { x: Int }'],
         ['type Query { i: I } interface I { x: Int } type A implements I { x: Int @policy(policies: [["p"]]) }']),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b", _requiring("@authenticated", ""),
         _requiring("@authenticated", "@authenticated"), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b",
         _requiring('@requiresScopes(scopes: [["r"], ["s"]])', '@requiresScopes(scopes: [["t"]])'),
         _requiring('@requiresScopes(scopes: [["r"], ["s"]])', '@requiresScopes(scopes: [["r", "t"]])'), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b",
         _requiring('@policy(policies: [["p", "q"]])', '@policy(policies: [["p"]])'),
         _requiring('@policy(policies: [["p", "q"]])', '@policy(policies: [["q", "p"]])'), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b", _requiring_part("", "@authenticated", ""),
         _requiring_part("", "@authenticated", "@authenticated"), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b", _requiring_part("@authenticated", "", ""),
         _requiring_part("@authenticated", "", "@authenticated"), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "T.b", _requiring_part("@authenticated", "", "", "... on A { x }"),
         _requiring_part("@authenticated", "", "@authenticated", "... on A { x }"), ("s1",)),
    Case("MISSING_TRANSITIVE_AUTH_REQUIREMENTS", "A.b", _standing("@authenticated", ""),
         _standing("@authenticated", "@authenticated"), ("s2",)),
)  # fmt: skip
