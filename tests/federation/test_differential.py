"""Random operations: the engine answers as graphql-core's executor does on the same data."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import ExecutionResult, GraphQLSchema, build_schema, execute, parse, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis_graphql import queries

from tests.federation import shop, town
from tests.federation.harness import Gateway, executable

OPERATIONS = 300
GRAPHS = {"shop": (shop.shop(), shop), "town": (town.town(), town)}


def _reference(name: str) -> tuple[Gateway, GraphQLSchema, dict[str, Any], str]:
    gateway, module = GRAPHS[name]
    printed = print_schema(gateway.supergraph.client_schema)
    return gateway, executable(build_schema(printed), module.RESOLVERS), module.ROOT, printed


@pytest.mark.parametrize("name", sorted(GRAPHS))
def test_random_operations_are_answered_as_by_one_executor(name: str) -> None:
    gateway, schema, root, printed = _reference(name)

    @settings(
        max_examples=OPERATIONS, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(queries(printed))
    def check(query: str) -> None:
        expected = execute(schema, parse(query), root)
        assert isinstance(expected, ExecutionResult)
        data, errors = asyncio.run(gateway.answer(query))
        assert (data, bool(errors)) == (expected.data, bool(expected.errors)), query

    check()
