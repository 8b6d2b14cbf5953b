"""Changes of a client schema: each kind, its level, and that nothing that breaks an operation is missed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    build_ast_schema,
    build_schema,
    parse,
    print_schema,
    validate,
    validate_schema,
)
from graphql.utilities import BreakingChange, DangerousChange, find_schema_changes
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from hub.federation.changes.change import Level
from hub.federation.changes.client_operations import read_document
from hub.federation.changes.schema_diff import schema_changes
from hub.wording.schema_changes import CHANGES, LEVELS, change_message
from tests.draws import SPOILED_SCHEMAS
from tests.federation.town import town

OLD = """
type Query { a(x: Int, y: Int = 1): A i: I u: U e(e: E, in: In): E old: Int }
interface I { id: ID! }
interface J { id: ID! }
type A implements I { id: ID! n: Int l: [Int!] }
type B implements I { id: ID! }
union U = A | B
enum E { ONE TWO }
input In { x: Int y: Int = 1 z: [Int!] }
scalar Gone
"""

CASES = [
    ("old: Int", "", "BREAKING", "FIELD_REMOVED", "Query.old"),
    ("old: Int", "old: Int new: Int", "SAFE", "FIELD_ADDED", "Query.new"),
    ("old: Int", "old: String", "BREAKING", "FIELD_TYPE_CHANGED", "Query.old"),
    ("old: Int", "old: Int!", "SAFE", "FIELD_TYPE_CHANGED", "Query.old"),
    ("type B implements I { id: ID! }", "type B implements I { id: ID }", "BREAKING", "FIELD_TYPE_CHANGED", "B.id"),
    ("l: [Int!]", "l: [Int]", "BREAKING", "FIELD_TYPE_CHANGED", "A.l"),
    ("l: [Int!]", "l: [Int!]!", "SAFE", "FIELD_TYPE_CHANGED", "A.l"),
    ("l: [Int!]", "l: Int", "BREAKING", "FIELD_TYPE_CHANGED", "A.l"),
    ("old: Int", "old: Int @deprecated", "SAFE", "FIELD_DEPRECATION_CHANGED", "Query.old"),
    ("a(x: Int, y: Int = 1)", "a(y: Int = 1)", "BREAKING", "ARGUMENT_REMOVED", "Query.a(x:)"),
    ("a(x: Int,", "a(w: Int, x: Int,", "DANGEROUS", "ARGUMENT_ADDED", "Query.a(w:)"),
    ("a(x: Int,", "a(w: Int!, x: Int,", "BREAKING", "REQUIRED_ARGUMENT_ADDED", "Query.a(w:)"),
    ("a(x: Int,", "a(w: Int! = 1, x: Int,", "DANGEROUS", "ARGUMENT_ADDED", "Query.a(w:)"),
    ("a(x: Int,", "a(x: ID,", "BREAKING", "ARGUMENT_TYPE_CHANGED", "Query.a(x:)"),
    ("a(x: Int,", "a(x: Int!,", "BREAKING", "ARGUMENT_TYPE_CHANGED", "Query.a(x:)"),
    ("y: Int = 1)", "y: Int = 2)", "DANGEROUS", "ARGUMENT_DEFAULT_CHANGED", "Query.a(y:)"),
    ("a(x: Int,", "a(x: Int = 3,", "SAFE", "ARGUMENT_DEFAULT_CHANGED", "Query.a(x:)"),
    ("input In { x: Int", "input In {", "BREAKING", "INPUT_FIELD_REMOVED", "In.x"),
    ("input In {", "input In { w: Int", "DANGEROUS", "INPUT_FIELD_ADDED", "In.w"),
    ("input In {", "input In { w: Int!", "BREAKING", "REQUIRED_INPUT_FIELD_ADDED", "In.w"),
    ("z: [Int!]", "z: [Int]", "SAFE", "INPUT_FIELD_TYPE_CHANGED", "In.z"),
    ("z: [Int!]", "z: [Int!]!", "BREAKING", "INPUT_FIELD_TYPE_CHANGED", "In.z"),
    ("enum E { ONE TWO }", "enum E { ONE }", "BREAKING", "VALUE_REMOVED", "E.TWO"),
    ("enum E { ONE TWO }", "enum E { ONE TWO TEN }", "DANGEROUS", "VALUE_ADDED", "E.TEN"),
    ("union U = A | B", "union U = A", "BREAKING", "MEMBER_REMOVED", "U"),
    ("union U = A | B", "union U = A | B | C type C { c: Int }", "DANGEROUS", "MEMBER_ADDED", "U"),
    ("type A implements I {", "type A {", "BREAKING", "INTERFACE_REMOVED", "A"),
    ("type A implements I {", "type A implements I & J {", "DANGEROUS", "INTERFACE_ADDED", "A"),
    ("scalar Gone", "", "BREAKING", "TYPE_REMOVED", "Gone"),
    ("scalar Gone", "scalar Gone scalar More", "SAFE", "TYPE_ADDED", "More"),
    ("scalar Gone", "enum Gone { A }", "BREAKING", "TYPE_KIND_CHANGED", "Gone"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "level", "code", "coordinate"), CASES)
def test_one_change_has_its_level_code_and_coordinate(
    before: str, after: str, level: str, code: str, coordinate: str
) -> None:
    assert OLD.count(before) == 1
    old, new = build_schema(OLD), build_schema(OLD.replace(before, after))
    changes = schema_changes(old, new)
    (change,) = (change for change in changes if (change.code, change.coordinate) != ("TYPE_ADDED", "C"))
    assert (change.level.name, change.code, change.coordinate) == (level, code, coordinate)
    assert _graphql_core_levels(old, new) == Counter(
        change.level for change in changes if change.level is not Level.SAFE
    )
    assert change_message(change).startswith(f"{LEVELS[change.level]} : {coordinate} : ")


def test_every_code_has_a_french_text() -> None:
    codes = {code for *_, code, _ in CASES} | {"INPUT_FIELD_DEFAULT_CHANGED"}
    assert {text.partition("/")[0] for text in CHANGES} == codes


def test_a_schema_does_not_change_to_itself() -> None:
    assert schema_changes(build_schema(OLD), build_schema(OLD)) == []


def test_a_default_without_which_an_argument_is_required_breaks() -> None:
    old, new = (build_schema(f"type Query {{ a(x: Int!{default}): Int }}") for default in (" = 1", ""))
    (change,) = schema_changes(old, new)
    assert (change.level, change.affects) == (Level.BREAKING, frozenset({"Query.a"}))


def _graphql_core_levels(old: GraphQLSchema, new: GraphQLSchema) -> Counter[Level]:
    """How many changes of each level graphql-core finds. A standard scalar without references is none to us: operations
    may still name it."""
    levels = {BreakingChange: Level.BREAKING, DangerousChange: Level.DANGEROUS}
    changes = [change for change in find_schema_changes(old, new) if type(change) in levels]
    return Counter(levels[type(change)] for change in changes if not change.description.startswith("Standard scalar"))


def test_a_standard_scalar_without_references_is_no_change() -> None:
    old, new = (build_schema(f"type Query {{ a: Int {field} }}") for field in ("b: Float", "b: Int"))
    assert [change.code for change in schema_changes(old, new)] == ["FIELD_TYPE_CHANGED"]
    assert _graphql_core_levels(old, new) == Counter({Level.BREAKING: 1})


PRINTED = print_schema(town().supergraph.client_schema)
TOWN = build_schema(PRINTED)


def _spoiled(data: st.DataObject) -> GraphQLSchema:
    """The town's schema with one to three parts taken away or of another type; valid."""
    document = parse(PRINTED, no_location=True)
    for _ in range(data.draw(st.integers(1, 3))):
        document = _without_one(document, data)
    schema = _schema(document)
    assume(schema is not None)
    assert schema is not None
    return schema


def _schema(document: DocumentNode) -> GraphQLSchema | None:
    """The schema, None if a type is missing or it is not valid."""
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except (GraphQLError, TypeError):
        return None
    return None if validate_schema(schema) else schema


def _without_one(document: DocumentNode, data: st.DataObject) -> DocumentNode:
    places: list[tuple[Any, str, int]] = []
    stack: list[Any] = [document]
    while stack:
        node = stack.pop()
        for attribute in ("definitions", "fields", "arguments", "values", "types", "interfaces"):
            parts = getattr(node, attribute, None) or ()
            places.extend((node, attribute, index) for index in range(len(parts)))
            stack.extend(parts)
    chosen, attribute, index = data.draw(st.sampled_from(places))
    parts = getattr(chosen, attribute)
    typed = getattr(parts[index], "type", None)
    changed = []
    if typed is not None and data.draw(st.booleans()):
        marked = data.draw(st.sampled_from(["Int", "String!", "[ID]"]))
        changed = [_with(parts[index], type=parse(f"type T {{ t: {marked} }}").definitions[0].fields[0].type)]  # type: ignore[attr-defined]
    spoiled = _with(chosen, **{attribute: (*parts[:index], *changed, *parts[index + 1 :])})
    replaced: DocumentNode = _replaced(document, chosen, spoiled)
    return replaced


def _with(node: Any, **values: Any) -> Any:
    return type(node)(**{**{key: getattr(node, key, None) for key in node.keys if key != "loc"}, **values})


def _replaced(node: Any, old: Node, new: Node) -> Any:
    """The tree with one node in place of another."""
    if node is old:
        return new
    values = {}
    for attribute in ("definitions", "fields", "arguments", "values", "types", "interfaces"):
        parts = getattr(node, attribute, None)
        if parts:
            values[attribute] = tuple(_replaced(part, old, new) for part in parts)
    return _with(node, **values) if values else node


@settings(
    max_examples=SPOILED_SCHEMAS,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.data())
def test_random_changes_have_the_levels_that_graphql_core_gives_them(data: st.DataObject) -> None:
    new = _spoiled(data)
    ours = Counter(change.level for change in schema_changes(TOWN, new) if change.level is not Level.SAFE)
    theirs = _graphql_core_levels(TOWN, new)
    assert ours.total() == theirs.total()
    assert ours[Level.BREAKING] >= theirs[Level.BREAKING]


@settings(
    max_examples=SPOILED_SCHEMAS,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(st.data(), queries(PRINTED))
def test_an_operation_that_is_valid_no_more_is_touched_by_a_breaking_change(data: st.DataObject, query: str) -> None:
    new = _spoiled(data)
    document = parse(query)
    assume(not validate(TOWN, document))
    client_document = read_document("query", document, TOWN)
    if validate(new, document):
        breaking = [change for change in schema_changes(TOWN, new) if change.level is Level.BREAKING]
        assert any(map(client_document.is_affected, breaking)), query
