"""Random operations: the engine answers as graphql-core's executor does on the same data."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    Visitor,
    build_schema,
    execute,
    parse,
    print_ast,
    print_schema,
    visit,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from tests.draws import DIFFERENTIAL
from tests.federation import library, orchard, shop, town
from tests.federation.harness import Gateway, executable

GRAPHS = {
    "library": (library.library(), library),
    "orchard": (orchard.orchard(), orchard),
    "shop": (shop.shop(), shop),
    "town": (town.town(), town),
}


def reference(name: str) -> tuple[Gateway, GraphQLSchema, dict[str, Any], str]:
    gateway, module = GRAPHS[name]
    printed = print_schema(gateway.supergraph.client_schema)
    return gateway, executable(build_schema(printed), module.RESOLVERS), module.ROOT, printed


@pytest.mark.parametrize("name", sorted(GRAPHS))
def test_random_operations_are_answered_as_by_one_executor(name: str) -> None:
    gateway, schema, root, printed = reference(name)

    @settings(
        max_examples=DIFFERENTIAL,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(printed))
    def check(query: str) -> None:
        expected = execute(schema, parse(query), root)
        assert isinstance(expected, ExecutionResult)
        data, errors = asyncio.run(gateway.answer(query))
        assert (data, bool(errors)) == (expected.data, bool(expected.errors)), query

    check()


class _Conditional(Visitor):
    """Puts `@include` or `@skip` on fields and fragments as the draws say."""

    def __init__(self, draws: list[int]) -> None:
        super().__init__()
        self.draws = draws

    def _enter(self, node: Any, key: Any, parent: Any, *_: Any) -> Any:
        draw = self.draws.pop() if self.draws else 0
        if draw == 0:
            return None
        directive = parse(f"{{ a @{('include', 'skip')[draw % 2]}(if: $v{draw // 2 % 2}) }}").definitions[0]
        directives = directive.selection_set.selections[0].directives  # type: ignore[attr-defined]
        return type(node)(**{**{name: getattr(node, name, None) for name in node.keys}, "directives": directives})

    leave_field = leave_inline_fragment = _enter


@pytest.mark.parametrize("name", sorted(GRAPHS))
def test_random_conditions_are_answered_as_by_one_executor(name: str) -> None:
    gateway, schema, root, printed = reference(name)

    @settings(
        max_examples=DIFFERENTIAL,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(printed), st.lists(st.integers(0, 4), max_size=40), st.booleans(), st.booleans())
    def check(query: str, draws: list[int], v0: bool, v1: bool) -> None:
        body = print_ast(visit(parse(query), _Conditional(draws)))
        names = [variable for variable in ("v0", "v1") if f"${variable}" in body]
        head = "query(" + ", ".join(f"${name}: Boolean!" for name in names) + ") " if names else ""
        conditional = head + body
        values = {name: {"v0": v0, "v1": v1}[name] for name in names}
        expected = execute(schema, parse(conditional), root, variable_values=values)
        assert isinstance(expected, ExecutionResult)
        data, errors = asyncio.run(gateway.answer(conditional, values))
        assert (data, bool(errors)) == (expected.data, bool(expected.errors)), conditional

    check()
