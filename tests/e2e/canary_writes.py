"""Mutations at random: every one of the schema, however new, with inputs drawn by their types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_required_input_field,
)

from demo.token_issuer import DemoActor
from hub.policy.decide.decision import Effect
from schema.days import today
from tests.e2e.canary_operations import all_of
from tests.pinned_graph import client_schema, graph

GIVEN_SHARE = 0.8
"""How often an input that is not required is given."""
WHOLE, SOME = 0.1, 0.2
"""How often an answer selects all that there is below the item, and some of it; else its id alone."""


@cache
def mutations() -> Mapping[str, tuple[GraphQLInputObjectType, str]]:
    """Every mutation that writes of somebody: the type of its input, and the name of the type of its item."""
    mutation_type = client_schema().mutation_type
    assert mutation_type is not None
    types: dict[str, tuple[GraphQLInputObjectType, str]] = {}
    fields = graph().table.classification.fields
    for name, field in mutation_type.fields.items():
        if not fields[f"Mutation.{name}"].writes:
            continue
        (argument,) = field.args.values()
        input_type, item = get_named_type(argument.type), get_named_type(field.type)
        assert isinstance(input_type, GraphQLInputObjectType)
        assert isinstance(item, GraphQLObjectType)
        types[name] = input_type, item.name
    return types


def may_write(actor: DemoActor, purpose: str, name: str) -> bool:
    """Whether an actor may make a mutation of somebody: it says who is asked to, and judges nothing."""
    row = graph().table.classes.get((actor.kind, purpose))
    return row is not None and row.decisions[f"Mutation.{name}"].effect is not Effect.DENY


def mutation(name: str, ids: Mapping[str, Sequence[str]], random: Random) -> tuple[str, dict[str, Any]]:
    """A document and its variables; `ids` are drawn from by the name of the input, else from those of `*`."""
    input_type, item = mutations()[name]
    document = f"mutation ($input: {input_type.name}!) {{ {name}(input: $input) {{ {_selection(item, random)} }} }}"
    return document, {"input": _object(input_type, ids, random)}


def _selection(item: str, random: Random) -> str:
    chance = random.random()
    if chance < WHOLE:
        return all_of(item)
    leaves = _leaves(item)
    return " ".join({"id", *random.sample(leaves, min(3, len(leaves)))}) if chance < WHOLE + SOME else "id"


@cache
def _leaves(item: str) -> tuple[str, ...]:
    """The fields of a type that have no fields of their own."""
    fields = client_schema().type_map[item].fields  # type: ignore[attr-defined]
    return tuple(name for name, field in fields.items() if not hasattr(get_named_type(field.type), "fields"))


def _object(type_: GraphQLInputObjectType, ids: Mapping[str, Sequence[str]], random: Random) -> dict[str, Any]:
    return {
        name: _value(name, get_named_type(field.type), ids, random)
        for name, field in type_.fields.items()
        if is_required_input_field(field) or random.random() < GIVEN_SHARE
    }


def _value(name: str, type_: Any, ids: Mapping[str, Sequence[str]], random: Random) -> Any:
    """A value of an input's type, that means something more often than not."""
    if isinstance(type_, GraphQLInputObjectType):
        return _object(type_, ids, random)
    if isinstance(type_, GraphQLEnumType):
        return random.choice(list(type_.values))
    later = 30 if name.startswith("ends") else 0
    day = today() + timedelta(later + random.choice((0, 0, 0, 0, 0, 0, 30, -1, 4000)))
    values: Mapping[str, Any] = {
        "ID": random.choice(ids.get(name, ids["*"])),
        "Int": random.choice((1, 1, 1, 2, 30, -1)),
        "Float": random.random(),
        "Boolean": random.random() < 0.5,
        "Date": str(day),
        "DateTime": f"{day}T08:00:00Z",
        "String": f"key-{random.randrange(10**9):09d}",
    }
    return values[type_.name]
