"""Introspection of the client schema, alone and beside data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
import pytest
from graphql import (
    DocumentNode,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    execute_sync,
    get_introspection_query,
    print_schema,
)

from hub.document import introspection
from hub.document.introspection_answer import answer
from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.errors import DocumentRefused
from tests.document.sample_schema import SCHEMA

WIDE = Limits(selections=10_000, tokens=100_000)


def answered(
    query: str, limits: Limits | None = None, **variables: object
) -> tuple[tuple[str, ...], dict[str, object]]:
    document = parse_document(query, SCHEMA, limits or Limits())
    node = find_operation(document, None)
    meta = introspection.split(document, node)
    keys = introspection.root_keys(document, node)
    return keys, data_of(meta, SCHEMA, variables) if meta is not None else {}


def data_of(meta: DocumentNode, schema: GraphQLSchema, variables: Mapping[str, object], most: int | None = None) -> Any:
    return orjson.loads(orjson.dumps(answer(meta, schema, variables, most)))


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
    assert data_of(meta, narrowed, variables) == {"t": None}


def test_variables_of_introspection_are_used() -> None:
    _, meta = answered("query($n: String!) { __type(name: $n) { kind } }", n="Kind")
    assert meta == {"__type": {"kind": "ENUM"}}


QUERIES = [
    get_introspection_query(),
    get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    ),
    """
    { __schema { types { name ...F } } }
    fragment F on __Type { fields { type { name ...G } } }
    fragment G on __Type { kind fields(includeDeprecated: true) { name isDeprecated } enumValues { name } __typename }
    """,
    """
    {
      a: __type(name: "Query") { k: kind kind ... on __Type { fields { name } fields { args { name } } } }
      b: __type(name: "None") { name }
    }
    """,
    "query ($d: Boolean = true) { __schema { types { fields(includeDeprecated: $d) { name } name @skip(if: $d) } } }",
    """
    query ($d: Boolean) {
      __schema {
        directives { name locations args { name defaultValue } }
        types { fields(includeDeprecated: $d) { name } possibleTypes { name } interfaces { name } }
      }
    }
    """,
]


@pytest.mark.parametrize("query", QUERIES)
def test_an_introspection_is_answered_as_graphql_core_answers_it(query: str) -> None:
    result = execute_sync(SCHEMA, parse_document(query, SCHEMA, Limits()))
    assert (answered(query)[1], result.errors) == (result.data, None)


def test_an_introspection_many_times_over_is_refused_by_its_code_and_the_whole_schema_never() -> None:
    _, _, fragments = get_introspection_query().partition("fragment")
    many = " ".join(f"a{number}: __schema {{ types {{ ...FullType }} }}" for number in range(40))
    with pytest.raises(DocumentRefused) as caught:
        answered(f"{{ {many} }} fragment {fragments}", WIDE)
    assert caught.value.code == "INTROSPECTION_LIMIT"


def test_the_size_that_is_counted_is_that_of_the_answer() -> None:
    """Also where one type is written at several places."""
    query = "{ __schema { types { fields { type { name kind description fields { name } } } } } }"
    document = parse_document(query, SCHEMA, Limits())
    meta = introspection.split(document, find_operation(document, None))
    assert meta is not None
    size = len(orjson.dumps(answer(meta, SCHEMA, {})["__schema"]))
    data_of(meta, SCHEMA, {}, int(1.1 * size))
    with pytest.raises(DocumentRefused):
        data_of(meta, SCHEMA, {}, int(0.9 * size))
