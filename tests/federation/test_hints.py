"""Each hint of composition: subgraphs that cause it, its coordinate and subgraphs, and that Apollo gives it too."""

from __future__ import annotations

import pytest

from hub.federation.compose.composer import Source, composition
from hub.wording.composition import hint_message, sentences
from tests.federation.apollo import apollo_composition
from tests.federation.rules.case import HEAD, TWO, K, Q
from tests.node import Node

U = "type A @shareable { x: Int } type B @shareable { x: Int } type Query { u: U @shareable } union U = "
FROM_CONTEXT = (
    'type Query { t: T } type T @key(fields: "id") @context(name: "c") { id: ID! p: String u: U } '
    'type U @key(fields: "id") { id: ID! f(a: String @fromContext(field: "$c { p }")): Int @shareable }'
)

CASES: list[tuple[str, str, tuple[str, ...], list[str]]] = [
    ("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", "T.a", TWO,
     [Q + "type T @shareable { a: Int }", "type T @shareable { a: Int! }"]),
    ("INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", "I.x", TWO,
     ["type Query { a(i: I): Int } input I { x: Int }", "type Query { b(i: I): Int } input I { x: Int! }"]),
    ("INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE", "Query.a(x:)", TWO,
     ["type Query { a(x: Int): Int @shareable }", "type Query { a(x: Int!): Int @shareable }"]),
    ("INCONSISTENT_ARGUMENT_PRESENCE", "Query.a(x:)", ("s0",),
     ["type Query { a(x: Int): Int @shareable }", "type Query { a: Int @shareable }"]),
    ("INCONSISTENT_INPUT_OBJECT_FIELD", "I.y", ("s0",),
     ["type Query { a(i: I): Int } input I { x: Int y: Int }", "type Query { b(i: I): Int } input I { x: Int }"]),
    ("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", "E.B", ("s0",),
     ["type Query { a(e: E): Int } enum E { A B }", "type Query { b(e: E): Int } enum E { A }"]),
    ("INCONSISTENT_DEFAULT_VALUE_PRESENCE", "Query.a(x:)", TWO,
     ["type Query { a(x: Int = 1): Int @shareable }", "type Query { a(x: Int): Int @shareable }"]),
    ("INCONSISTENT_DESCRIPTION", "T", TWO,
     [Q + '"Un" type T @shareable { a: Int }', '"Deux" type T @shareable { a: Int }']),
    ("INCONSISTENT_ENTITY", "T", TWO, [Q + K + "{ id: ID! }", "type T { id: ID! @shareable }"]),
    ("FROM_SUBGRAPH_DOES_NOT_EXIST", "Query.a", ("s0",), ['type Query { a: Int @override(from: "old") }']),
    ("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", "Query.a", ("s0",),
     ['type Query { a: Int @override(from: "s1") }', "type Query { b: Int }"]),
    ("OVERRIDDEN_FIELD_CAN_BE_REMOVED", "Query.a", ("s1",),
     ['type Query { a: Int @override(from: "s1") }', "type Query { a: Int }"]),
    ("OVERRIDE_MIGRATION_IN_PROGRESS", "Query.a", TWO,
     ['type Query { a: Int @override(from: "s1", label: "percent(5)") }', "type Query { a: Int }"]),
    ("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "Query.a", TWO,
     [f"type Query {{ a: Int @shareable @federation__cost(weight: {weight}) }}" for weight in (1, 2)]),
    ("MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS", "Query.a", TWO,
     [f'type Query {{ a: Int @shareable @policy(policies: [["{name}"]]) }}' for name in ("p", "q")]),
    ("CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS", "U.f(a:)", ("s1",),
     [FROM_CONTEXT, 'type U @key(fields: "id") { id: ID! f(a: String): Int @shareable }']),
    ("INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN", "Query.u", TWO, [U + "A", U + "A | B"]),
]  # fmt: skip
IDS = [f"{code}-{coordinate}" for code, coordinate, _, _ in CASES]
QUIET = (Q + K + '{ id: ID! "Un" x: Int @shareable }', K + '{ id: ID! "Un" x: Int @shareable }')


def sources(sdls: list[str]) -> list[Source]:
    return [Source(f"s{number}", f"http://s{number}.example", HEAD + sdl) for number, sdl in enumerate(sdls)]


@pytest.mark.parametrize(("code", "coordinate", "names", "sdls"), CASES, ids=IDS)
def test_a_hint_names_coordinate_and_subgraphs(
    code: str, coordinate: str, names: tuple[str, ...], sdls: list[str]
) -> None:
    (hint,) = composition(sources(sdls)).hints
    assert (hint.code, hint.coordinate, hint.subgraphs) == (code, coordinate, names)
    message = hint_message(hint)
    assert all(name in message for name in (coordinate, *names))
    assert message.endswith(".")
    assert not hint.message.endswith(".")


def test_every_hint_has_a_french_sentence() -> None:
    assert {code for code, *_ in CASES} == sentences().hints.keys()


def test_subgraphs_that_agree_call_for_no_hint() -> None:
    assert composition(sources(list(QUIET))).hints == ()


def test_apollo_gives_the_same_hints(node: Node) -> None:
    """Except its hints of level DEBUG, which tell what composition always does."""
    compositions = [apollo_composition(sources(sdls)) for *_, sdls in CASES]
    for (code, *_), answer in zip(CASES, node.run("read.cjs", compositions), strict=True):
        assert {hint["code"] for hint in answer["hints"] if hint["level"] != "DEBUG"} == {code}, answer
