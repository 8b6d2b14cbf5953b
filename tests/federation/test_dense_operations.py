"""Dense operations meet the same entities again and again: the engine answers as graphql-core's executor does."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from graphql import (
    ExecutionResult,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    execute,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
    parse,
)

from tests.federation.test_differential import reference


def dense(schema: GraphQLSchema, draws: Random, levels: int) -> str:
    """An operation that selects most fields down to the given depth, often under aliases."""

    def selection(type_: GraphQLNamedType, depth: int, alone: bool = True) -> str:
        if is_abstract_type(type_):
            members = (f"... on {member.name} {{ {selection(member, depth, False)} }}" for member in possible(type_))
            return f"__typename {' '.join(members)}"
        assert isinstance(type_, GraphQLObjectType)
        parts = ["__typename"] if draws.random() < 0.2 else []
        for name, field in type_.fields.items():
            field_type = get_named_type(field.type)
            if (
                draws.random() < 0.6
                and (depth or is_leaf_type(field_type))
                and not any(map(is_required, field.args.values()))
            ):
                key = f"{type_.name}_{name}: " if not alone or draws.random() < 0.2 else ""
                parts.append(
                    f"{key}{name}"
                    if is_leaf_type(field_type)
                    else f"{key}{name} {{ {selection(field_type, depth - 1)} }}"
                )
        return " ".join(parts) or "__typename"

    possible, is_required = schema.get_possible_types, is_required_argument
    assert schema.query_type is not None
    return f"{{ {selection(schema.query_type, levels)} }}"


@pytest.mark.parametrize(("name", "depth"), [("library", 2), ("shop", 4), ("town", 3)])
def test_entities_that_are_met_again_and_again_are_answered_as_by_one_executor(name: str, depth: int) -> None:
    gateway, schema, root, _ = reference(name)
    for seed in range(30):
        query = dense(schema, Random(seed), depth)
        expected = execute(schema, parse(query), root)
        assert isinstance(expected, ExecutionResult)
        data, errors = asyncio.run(gateway.answer(query))
        assert (data, bool(errors)) == (expected.data, bool(expected.errors)), query
