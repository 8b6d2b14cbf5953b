"""Introspection of the client schema, alone and beside data."""

from __future__ import annotations

from graphql import build_client_schema, build_schema, get_introspection_query, print_schema

from hub.document import introspection
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from tests.document.sample_schema import SCHEMA


def answered(query: str, **variables: object) -> tuple[tuple[str, ...], dict[str, object]]:
    document = parse_document(query, SCHEMA, Limits())
    node = find_operation(document, None)
    meta = introspection.split(document, node)
    keys = introspection.root_keys(document, node)
    return keys, introspection.answer(meta, SCHEMA, variables) if meta is not None else {}


def test_the_full_introspection_query_passes_the_limits_and_rebuilds_the_schema() -> None:
    _, data = answered(get_introspection_query(input_value_deprecation=True, one_of=True))
    assert print_schema(build_client_schema(data)) == print_schema(SCHEMA)  # type: ignore[arg-type]


def test_an_operation_without_introspection_has_none() -> None:
    assert answered("{ int __typename }") == (("int", "__typename"), {})


def test_data_and_introspection_are_merged_in_the_clients_order() -> None:
    keys, meta = answered('{ a: int ...F b: int } fragment F on Query { t: __type(name: "Dog") { name } int }')
    assert introspection.merge(keys, {"a": 1, "int": 2, "b": 3}, meta) == {
        "a": 1,
        "t": {"name": "Dog"},
        "int": 2,
        "b": 3,
    }
    assert list(introspection.merge(keys, {"a": 1, "int": 2, "b": 3}, meta)) == ["a", "t", "int", "b"]


def test_conditions_around_introspection_hold() -> None:
    query = "query($x: Boolean!) { ... @include(if: $x) { __schema { queryType { name } } } int }"
    assert answered(query, x=False)[1] == {}
    assert answered(query, x=True)[1] == {"__schema": {"queryType": {"name": "Query"}}}


def test_a_variable_of_a_type_that_the_schema_lacks_stops_no_introspection() -> None:
    """A narrowed schema has not every type by which the rest of the operation is asked."""
    query = "query ($by: One, $name: String!) { one(by: $by) { id } t: __type(name: $name) { name } }"
    document = parse_document(query, SCHEMA, Limits())
    meta = introspection.split(document, find_operation(document, None))
    assert meta is not None
    narrowed = build_schema("type Query { int: Int }")
    variables = {"by": {"id": "1"}, "name": "Person"}
    assert introspection.answer(meta, narrowed, variables) == {"t": None}


def test_variables_of_introspection_are_used() -> None:
    _, meta = answered("query($n: String!) { __type(name: $n) { kind } }", n="Kind")
    assert meta == {"__type": {"kind": "ENUM"}}
