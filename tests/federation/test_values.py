"""Whatever a subgraph answers, the client's data and errors are those of graphql-core's completion of the same values.

The oracle's scalars take what the specification requires of results, without graphql-core's conversions of other types.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    execute,
    get_named_type,
    parse,
    print_schema,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from hub.document.limits import Limits
from hub.document.parse import find_operation, parse_document
from hub.federation.execution.execute import Answer
from hub.federation.execution.project import MAX_ERRORS, Projection
from hub.federation.operations.normalise import normalise
from hub.federation.operations.operation import ACCESS_KEY
from tests.federation.harness import projected
from tests.federation.test_generate import OPERATIONS, SCHEMA, Tree
from tests.federation.test_project import project


class NotOfItsType(Exception):
    """A value that the specification does not allow as the result of a field."""


def of(accepts: Callable[[Any], bool], make: Callable[[Any], Any] = lambda value: value) -> Callable[[Any], Any]:
    def coerce(value: Any) -> Any:
        if not accepts(value):
            raise NotOfItsType
        return make(value)

    return coerce


COERCE = {
    "Int": of(lambda value: type(value) is int and -(2**31) <= value < 2**31),
    "Float": of(lambda value: type(value) in (int, float)),
    "String": of(lambda value: type(value) is str),
    "ID": of(lambda value: type(value) in (str, int), str),
    "Boolean": of(lambda value: type(value) is bool),
}


def resolve(source: Any, info: Any) -> Any:
    """The value under the response key; a key that did not come is an error."""
    return source[info.path.key]


def oracle(monkeypatch: pytest.MonkeyPatch) -> GraphQLSchema:
    """The schema over raw values; GraphQL's own scalars are shared by all schemas."""
    schema = build_schema(print_schema(SCHEMA))
    for name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType) and not name.startswith("__"):
            type_.is_type_of = lambda value, info, name=name: (
                type(value) is dict and value.get("__typename", name) == name
            )
            for definition in type_.fields.values():
                definition.resolve = resolve
                leaf = get_named_type(definition.type)
                if leaf.name in COERCE:
                    monkeypatch.setattr(leaf, "coerce_output_value", COERCE[leaf.name])
        elif isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = lambda value, info, abstract: value["__typename"]
    return schema


def test_data_and_errors_of_any_answer_are_those_of_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = oracle(monkeypatch)
    counts: Counter[bool] = Counter()

    @settings(
        max_examples=OPERATIONS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(queries(print_schema(SCHEMA)), st.data())
    def check(query: str, data: st.DataObject) -> None:
        document = parse_document(query, SCHEMA, Limits(depth=50, tokens=10**6, aliases=10**4, root_fields=10**3))
        projection = Projection(normalise(document, find_operation(document, None), SCHEMA), SCHEMA)
        tree = data.draw(st.composite(lambda draw: Tree(draw, draw(st.booleans())).object(projection.shape({})))())
        tree["__typename"] = "Query"
        result = execute(schema, parse(query), tree)
        assert isinstance(result, ExecutionResult)
        answered, errors = projected(projection, Answer(tree), {}, None)
        assert repr(answered) == repr(result.data)
        assert len(errors) < MAX_ERRORS
        expected = sorted(map(repr, [tuple(error.path or ()) for error in result.errors or ()]))
        assert sorted(repr(error.path) for error in errors) == expected
        counts[bool(errors)] += 1
        assert ACCESS_KEY not in repr(answered)

    check()
    assert min(counts.values()) > OPERATIONS / 10, counts


SECRET = "Maëlle 0639980001"
SPOILED: dict[str, list[Any]] = {
    "id": [0.5, True, [], {SECRET: 1}],
    "name": [1, 0.5, True, [SECRET], {SECRET: 1}],
    "kind": [SECRET, 1, True, ["A"], {"A": 1}],
    "kinds": [SECRET, "A", {"A": 1}, 1],
    "best": [SECRET, 3, True, [], [{"id": "1"}]],
    "strict": [SECRET, {}, {"id": "1"}, 3],
    "words": [SECRET, {"0": SECRET}],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in SPOILED.items() for value in values])
def test_a_value_of_another_form_is_null_with_one_error_under_the_clients_alias(key: str, value: Any) -> None:
    below = " { id }" if key in ("best", "strict") else ""
    answered, errors = project(
        "{ people { mine: id a: " + key + below + " } }", {"people": [{"mine": "1", "a": value}]}
    )
    code, path = errors[0]
    required = key in ("name", "strict")
    assert answered == {"people": None if required else [{"mine": "1", "a": None}]}
    assert (len(errors), code, path) == (1, "SUBGRAPH_MALFORMED", ("people", 0, "a"))
    assert SECRET not in repr((answered, errors))
