"""Each composition rule: what violates it, the coordinate that the message names, and that the mend composes."""

from __future__ import annotations

import pytest

from hub.errors import CompositionFailed
from hub.federation.compose.compose import Source, compose
from tests.federation.harness import HEAD

Q = "type Query { a: T } "
P = 'type Query { a: T @provides(fields: "x") } '
B = '{ id: ID! c: Int @external b: Int @requires(fields: "c") }'
K = 'type T @key(fields: "id") '

CASES = [
    ("NO_QUERIES", "Query", ["type T { a: Int }"], ["type Query { a: Int }"]),
    ("TYPE_KIND_MISMATCH", "T", [Q + "type T { a: Int }", "interface T { a: Int }"], [Q + "type T { a: Int }"]),
    (
        "FIELD_TYPE_MISMATCH",
        "T.a",
        [Q + "type T @shareable { a: Int }", "type T @shareable { a: [Int] }"],
        [Q + "type T @shareable { a: Int }", "type T @shareable { a: Int! }"],
    ),
    (
        "FIELD_TYPE_MISMATCH",
        "I.x",
        ["type Query { a(i: I): Int } input I { x: Int }", "type Query { b(i: I): Int } input I { x: String }"],
        ["type Query { a(i: I): Int } input I { x: Int }", "type Query { b(i: I): Int } input I { x: Int! }"],
    ),
    (
        "FIELD_ARGUMENT_TYPE_MISMATCH",
        "Query.a(x:)",
        ["type Query { a(x: Int): Int @shareable }", "type Query { a(x: ID): Int @shareable }"],
        ["type Query { a(x: Int): Int @shareable }", "type Query { a(x: Int!): Int @shareable }"],
    ),
    (
        "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
        "Query.a(x:)",
        ["type Query { a(x: Int!): Int @shareable }", "type Query { a: Int @shareable }"],
        ["type Query { a(x: Int! = 1): Int @shareable }", "type Query { a: Int @shareable }"],
    ),
    ("KEY_INVALID_FIELDS", "T", [Q + 'type T @key(fields: "no") { id: ID! }'], [Q + K + "{ id: ID! }"]),
    ("KEY_INVALID_FIELDS", "T", [Q + 'type T @key(fields: "id {") { id: ID! }'], [Q + K + "{ id: ID! }"]),
    (
        "KEY_INVALID_FIELDS",
        "T",
        [Q + 'type T @key(fields: "o") { o: O } type O { id: ID! }'],
        [Q + 'type T @key(fields: "o { id }") { o: O } type O { id: ID! }'],
    ),
    (
        "REQUIRES_INVALID_FIELDS",
        "T.b",
        [Q + K + "{ id: ID! }", K + '{ id: ID! b: Int @requires(fields: "c") }'],
        [Q + K + "{ id: ID! c: Int }", K + '{ id: ID! c: Int @external b: Int @requires(fields: "c") }'],
    ),
    (
        "PROVIDES_INVALID_FIELDS",
        "Query.a",
        [P + K + "{ id: ID! }"],
        [P + K + "{ id: ID! x: Int @external }", K + "{ id: ID! x: Int @shareable }"],
    ),
    (
        "EXTERNAL_UNUSED",
        "T.x",
        [Q + K + "{ id: ID! x: Int @external }", K + "{ id: ID! x: Int }"],
        [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"],
    ),
    (
        "EXTERNAL_MISSING_ON_BASE",
        "T.x",
        [Q + K + '{ id: ID! x: Int @external b: Int @requires(fields: "x") }'],
        [Q + K + '{ id: ID! x: Int @external b: Int @requires(fields: "x") }', K + "{ id: ID! x: Int }"],
    ),
    (
        "OVERRIDE_FROM_SELF_ERROR",
        "Query.a",
        ['type Query { a: Int @override(from: "s0") }'],
        ['type Query { a: Int @override(from: "s1") }', "type Query { a: Int }"],
    ),
    (
        "OVERRIDE_COLLISION",
        "Query.a",
        ['type Query { a: Int @override(from: "s1") }', 'type Query { a: Int @override(from: "s0") }'],
        ['type Query { a: Int @override(from: "s1") }', "type Query { a: Int }"],
    ),
    (
        "INVALID_FIELD_SHARING",
        "T.x",
        [Q + K + "{ id: ID! x: Int }", K + "{ id: ID! x: Int @shareable }"],
        [Q + K + "{ id: ID! x: Int @shareable }", K + "{ id: ID! x: Int @shareable }"],
    ),
    (
        "ENUM_VALUE_MISMATCH",
        "E.B",
        ["type Query { a(e: E): E } enum E { A B }", "type Query { b(e: E): E } enum E { A }"],
        ["type Query { a(e: E): E } enum E { A B }", "type Query { b(e: E): E } enum E { A B }"],
    ),
    (
        "SATISFIABILITY_ERROR",
        "T.x",
        [Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int }"],
        [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"],
    ),
    (
        "SATISFIABILITY_ERROR",
        "T.x",
        [Q + K + "{ id: ID! }", 'type T @key(fields: "id", resolvable: false) { id: ID! x: Int }'],
        [Q + K + "{ id: ID! }", K + "{ id: ID! x: Int }"],
    ),
    (
        "SATISFIABILITY_ERROR",
        "T.b",
        [Q + K + "{ id: ID! }", 'type T @key(fields: "other") { other: ID! b: Int }'],
        [Q + K + "{ id: ID! other: ID! @shareable }", 'type T @key(fields: "other") { other: ID! b: Int }'],
    ),
    (
        "SATISFIABILITY_ERROR",
        "T.b",
        [Q + K + B, K + '{ id: ID! b: Int @external c: Int @requires(fields: "b") }'],
        [Q + K + B, K + "{ id: ID! c: Int }"],
    ),
]  # fmt: skip


def _sources(sdls: list[str]) -> list[Source]:
    return [Source(f"s{number}", f"http://s{number}.example", HEAD + sdl) for number, sdl in enumerate(sdls)]


@pytest.mark.parametrize(("code", "coordinate", "bad", "good"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_a_violated_rule_names_coordinate_subgraphs_and_mend(
    code: str, coordinate: str, bad: list[str], good: list[str]
) -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose(_sources(bad))
    found = {(each.code, each.extensions["coordinate"]): each for each in caught.value.failures}
    failure = found[code, coordinate]
    assert set(failure.extensions["subgraphs"]) <= {"s0", "s1"}
    assert failure.message.startswith(coordinate)
    assert failure.message.endswith(".")
    compose(_sources(good))


def test_every_failure_of_a_stage_is_told_at_once() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose(
            _sources(
                [Q + 'type T @key(fields: "no") { id: ID! x: Int }', 'type T @key(fields: "id") { id: ID! x: Int }']
            )
        )
    assert {each.code for each in caught.value.failures} == {"KEY_INVALID_FIELDS", "INVALID_FIELD_SHARING"}


def test_two_subgraphs_of_one_name_do_not_compose() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose([Source("a-b", "", "type Query { a: Int }"), Source("a_b", "", "type Query { b: Int }")])
    assert [each.code for each in caught.value.failures] == ["INVALID_SUBGRAPH_NAME"]


def test_the_dead_end_is_shown_as_a_path_of_fields() -> None:
    with pytest.raises(CompositionFailed) as caught:
        compose(_sources([Q + "type T @shareable { id: ID! }", "type T @shareable { id: ID! x: Int }"]))
    assert "Query.a/T.x" in caught.value.message
