"""Random graphs, random operations: they compose, and the engine answers as one executor over the whole does."""

from __future__ import annotations

import asyncio

from graphql import ExecutionResult, build_schema, execute, parse, print_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.draws import SCATTERED
from tests.federation.harness import Gateway, executable
from tests.federation.scattered import Scattered, scattered

OPERATIONS = 4


@settings(
    max_examples=SCATTERED, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(scattered(), st.data())
def test_a_scattered_graph_answers_as_one_executor_on_the_whole(graph: Scattered, data: st.DataObject) -> None:
    gateway = Gateway(*graph.parts)
    printed = print_schema(gateway.supergraph.client_schema)
    whole = executable(build_schema(printed), graph.resolvers)
    for _ in range(OPERATIONS):
        query = data.draw(queries(printed))
        expected = execute(whole, parse(query), graph.root)
        assert isinstance(expected, ExecutionResult)
        assert not expected.errors, query
        assert asyncio.run(gateway.answer(query)) == (expected.data, []), query
