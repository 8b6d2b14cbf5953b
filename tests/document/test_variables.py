"""Variables: accepted as the specification says, refused with path and type, never with the value."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLInputType, Undefined, parse_type, type_from_ast
from graphql.utilities import coerce_input_value
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.document.coercion import MOST_FILLED, MOST_VALUES
from hub.document.faults import MOST_ERRORS
from hub.document.variables import bind
from hub.errors import VariablesRefused
from tests.document.sample_schema import SCHEMA, operation

QUERIES = {
    "Filter": "query($v: Filter) { person(id: 1) { beings(filter: $v) { id } } }",
    "[Kind!]": "query($v: [Kind!]) { person(id: 1) { beings(kinds: $v) { id } } }",
    "ID!": "query($v: ID!) { person(id: $v) { id } }",
    "Int": "query($v: Int) { int(x: $v) }",
    "Float": "query($v: Float) { float(x: $v) }",
    "One": "query($v: One) { one(by: $v) { id } }",
    "String": "mutation($v: String) { add(name: $v) { id } }",
}


def bound(type_: str, value: Any) -> Any:
    return bind(operation(QUERIES[type_]), {"v": value}, SCHEMA)["v"]


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        ("Int", 3, 3),
        ("Int", 3.0, 3),
        ("Int", None, None),
        ("Float", 3, 3),
        ("ID!", 7, "7"),
        ("ID!", "é", "é"),
        ("[Kind!]", "BIG", ["BIG"]),
        ("[Kind!]", [], []),
        ("Filter", {"tags": "a"}, {"tags": [["a"]]}),
        ("Filter", {"tags": [["a"], None]}, {"tags": [["a"], None]}),
        ("Filter", {"any": {"free": [1, {"x": None}]}}, {"any": {"free": [1, {"x": None}]}}),
        ("One", {"id": 1}, {"id": "1"}),
    ],
)
def test_values_are_accepted_in_the_form_that_subgraphs_receive(type_: str, value: Any, expected: Any) -> None:
    assert bound(type_, value) == expected


FILTER = ("name", "age", "inner", "tags", "kind", "any")


@pytest.mark.parametrize(
    ("type_", "value", "path", "expected"),
    [
        ("Int", "185057800608436", ["v"], "Int"),
        ("Int", 2**31, ["v"], "Int"),
        ("Int", 1.5, ["v"], "Int"),
        ("Int", True, ["v"], "Int"),
        ("Int", [1], ["v"], "Int"),
        ("Float", "1", ["v"], "Float"),
        ("Float", float("nan"), ["v"], "Float"),
        ("Float", float("inf"), ["v"], "Float"),
        ("ID!", 1.0, ["v"], "ID"),
        ("ID!", None, ["v"], "ID!"),
        ("String", 1, ["v"], "String"),
        ("[Kind!]", ["BIG", "HUGE-secret"], ["v", 1], "Kind"),
        ("[Kind!]", [None], ["v", 0], "Kind!"),
        ("Filter", {"unknown-secret": 1}, ["v"], "Filter"),
        ("Filter", "secret", ["v"], "Filter"),
        ("Filter", {"inner": {"inner": {"age": "secret"}}}, ["v", "inner", "inner", "age"], "Int"),
        ("Filter", {"age": None}, ["v", "age"], "Int!"),
        ("One", {"id": "1", "name": "x"}, ["v"], "One"),
        ("One", {}, ["v"], "One"),
        ("One", {"id": None}, ["v"], "One"),
    ],
)
def test_a_refused_value_is_told_by_path_and_type_only(type_: str, value: Any, path: list[Any], expected: str) -> None:
    with pytest.raises(VariablesRefused) as caught:
        bound(type_, value)
    allowed = {"Kind": ["SMALL", "BIG"], "Filter": [*FILTER], "One": ["id", "name"]}.get(expected.strip("!"))
    listed = {} if allowed is None else {"allowed": allowed}
    assert caught.value.extensions == {"variable": path, "expected": expected, **listed}
    text = f"{caught.value.formatted()} {caught.value}"
    assert "secret" not in text
    assert "185057800608436" not in text


def test_all_that_is_wrong_with_the_variables_is_told_at_once_up_to_a_bound() -> None:
    query = "query($a: Int, $b: Filter, $c: ID!) { int(x: $a) person(id: $c) { beings(filter: $b) { id } } }"
    wrong = {"a": "secret", "b": {"age": None, "kind": "HUGE", "inner": {"nom": 1, "age": "secret"}}}
    with pytest.raises(VariablesRefused) as caught:
        bind(operation(query), wrong, SCHEMA)
    told = [".".join(error.extensions["variable"]) for error in (caught.value, *caught.value.siblings)]
    assert told == ["a", "b.age", "b.kind", "b.inner", "b.inner.age", "c"]
    with pytest.raises(VariablesRefused) as bounded:
        bound("[Kind!]", ["HUGE"] * 100)
    assert len(bounded.value.siblings) == MOST_ERRORS - 1


@pytest.mark.parametrize(
    ("type_", "value", "near"),
    [
        ("[Kind!]", "SMAL", ["SMALL"]),
        ("[Kind!]", "small", ["SMALL"]),
        ("Filter", {"nom": 1, "naem": 2}, []),
        ("Filter", {"naem": 1}, ["name"]),
        ("[Kind!]", "SMALL 185057", []),
        ("Filter", {"name" * 100: 1}, []),
    ],
)
def test_the_nearest_names_of_an_enum_or_an_input_are_told(type_: str, value: Any, near: list[str]) -> None:
    with pytest.raises(VariablesRefused) as caught:
        bound(type_, value)
    assert caught.value.extensions.get("suggestions", []) == near
    assert all(f"« {name} »" in caught.value.message for name in near)


def test_a_required_variable_that_is_missing_is_refused() -> None:
    with pytest.raises(VariablesRefused):
        bind(operation(QUERIES["ID!"]), {}, SCHEMA)


@pytest.mark.parametrize(
    ("type_", "value", "accepted"),
    [
        ("[Kind!]", ["BIG"] * MOST_VALUES, True),
        ("[Kind!]", ["BIG"] * (MOST_VALUES + 1), False),
        ("Filter", {"tags": [["a"] * (MOST_VALUES // 2)] * 3}, False),
        ("Filter", {"any": [1] * (MOST_VALUES - 1)}, True),
        ("Filter", {"any": [1] * MOST_VALUES}, False),
        ("Filter", {"any": [{"a": [[], 1]}] * (MOST_VALUES // 3)}, False),
    ],
)
def test_as_many_values_are_checked_as_a_request_may_take_the_processor_for(
    type_: str, value: Any, accepted: bool
) -> None:
    """Values inside a custom scalar are not checked, but counted."""
    if accepted:
        assert bound(type_, value) == value
        return
    with pytest.raises(VariablesRefused) as caught:
        bound(type_, value)
    assert caught.value.code == "VARIABLES_LIMIT"


def test_a_variable_that_literals_name_again_and_again_is_refused_before_it_is_written_as_often() -> None:
    normalised = operation(
        f"query($n: String!) {{ person(id: 1) {{ beings(filter: {{tags: [[{'$n ' * 100}]]}}) {{ id }} }} }}"
    )
    largest = "x" * (MOST_FILLED // 100 - 2)
    assert bind(normalised, {"n": largest}, SCHEMA)["l1"]["tags"] == [[largest] * 100]
    with pytest.raises(VariablesRefused) as caught:
        bind(normalised, {"n": largest + "xx"}, SCHEMA)
    assert caught.value.code == "VARIABLES_LIMIT"


def test_an_absent_variable_stays_absent_and_a_default_stands_in() -> None:
    assert bind(operation(QUERIES["Int"]), {}, SCHEMA) == {}
    assert bind(operation("query($v: Int = 4) { int(x: $v) }"), {}, SCHEMA) == {"v": 4}
    assert bind(operation("query($v: Int = 4) { int(x: $v) }"), {"v": None}, SCHEMA) == {"v": None}


def test_literals_are_lifted_with_the_clients_variables_inside() -> None:
    normalised = operation(
        'query($n: String, $a: Int!) { person(id: "p") { beings(filter: {name: $n, age: $a, tags: [["t"]]}) { id } } }'
    )
    values = bind(normalised, {"a": 2}, SCHEMA)
    assert values == {"a": 2, "l0": "p", "l1": {"age": 2, "tags": [["t"]]}}
    assert bind(normalised, {"a": 2, "n": None}, SCHEMA)["l1"] == {"name": None, "age": 2, "tags": [["t"]]}


def test_a_lifted_literal_never_takes_a_name_of_the_client() -> None:
    normalised = operation("query($l0: Int) { int(x: $l0) float(x: 1.5) }")
    assert bind(normalised, {"l0": 3}, SCHEMA) == {"l0": 3, "ll0": 1.5}


def test_a_value_nested_deeper_than_the_stack_is_refused_not_crashed_on() -> None:
    value: Any = {"age": "secret"}
    for _ in range(5_000):
        value = {"inner": value}
    with pytest.raises(VariablesRefused):
        bound("Filter", value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats() | st.sampled_from(["a", "BIG", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "age", "inner", "tags", "kind", "any", "id", "no"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=500, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(sorted(QUERIES)), JSON)
def test_the_same_values_are_accepted_as_by_graphql_core(type_: str, value: Any) -> None:
    expected: GraphQLInputType = type_from_ast(SCHEMA, parse_type(type_))  # type: ignore[assignment]
    accepted = coerce_input_value(value, expected) is not Undefined
    try:
        bound(type_, value)
        ours = True
    except VariablesRefused:
        ours = False
    assert ours == accepted


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("query ($v: Boolean = true) { beings { id @skip(if: $v) } }", ["Boolean!"]),
        ("query ($v: Boolean = true) { beings { ... @include(if: $v) { id } } }", ["Boolean!"]),
        ('query ($v: ID = "1") { person(id: $v) { id } }', ["ID!"]),
        ("query ($v: Int = 1) { int(x: $v) }", ["Int"]),
        ('query ($v: ID! = "1") { person(id: $v) { id } }', ["ID!"]),
    ],
)
def test_a_variable_whose_default_makes_it_good_for_a_non_null_place_is_non_null(query: str, types: list[str]) -> None:
    normalised = operation(query)
    assert [variable.type for variable in normalised.variables] == types
    assert bind(normalised, {}, SCHEMA)["v"] == normalised.defaults["v"]
    if types[0].endswith("!"):
        with pytest.raises(VariablesRefused):
            bind(normalised, {"v": None}, SCHEMA)
    else:
        assert bind(normalised, {"v": None}, SCHEMA) == {"v": None}
