"""`@authenticated`, `@requiresScopes`, `@policy`: no way around what one subgraph demands."""

from __future__ import annotations

from tests.federation.rules.case import Case, K, Q


def _requiring(protected: str, own: str) -> list[str]:
    return [
        Q + K + f"{{ id: ID! x: Int {protected} }}",
        K + f'{{ id: ID! x: Int @external b: Int @requires(fields: "x") {own} }}',
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
)  # fmt: skip
