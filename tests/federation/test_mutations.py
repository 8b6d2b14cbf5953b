"""Mutations: one after the other, over several subgraphs, then the hops that hang on each."""

from __future__ import annotations

from typing import Any

import pytest

from hub.federation.errors import OperationRefused
from tests.federation.harness import HEAD, Gateway, Part, snapshot


def counters() -> tuple[Gateway, list[str]]:
    calls: list[str] = []
    state: dict[str, Any] = {"id": "1", "a": 0, "b": 0}

    def add(name: str) -> Any:
        def resolve(info: Any, by: int) -> dict[str, Any]:
            calls.append(f"{name}+{by}")
            state[name] += by
            return dict(state)

        return resolve

    def part(name: str) -> Part:
        sdl = f"""
        type Counter @key(fields: "id") {{ id: ID! {name}: Int! }}
        type Query {{ {name}Counter: Counter }}
        type Mutation {{ add{name.upper()}(by: Int!): Counter }}
        """
        root = {f"add{name.upper()}": add(name), f"{name}Counter": lambda info: dict(state)}
        return Part(name, HEAD + sdl, root, {"Counter": lambda representation: dict(state)})

    return Gateway(part("a"), part("b")), calls


async def test_mutations_run_in_the_order_of_the_document() -> None:
    gateway, calls = counters()
    query = (
        "mutation { one: addA(by: 1) { a } two: addB(by: 2) { b } three: addA(by: 3) { a } four: addA(by: 4) { a } }"
    )
    data, errors = await gateway.answer(query)
    assert calls == ["a+1", "b+2", "a+3", "a+4"]
    assert data == {"one": {"a": 1}, "two": {"b": 2}, "three": {"a": 4}, "four": {"a": 8}}
    assert not errors
    assert gateway.calls() == ["a", "a", "b"]
    snapshot("mutations", query, gateway.plan(query))


async def test_what_hangs_on_a_mutation_is_read_before_the_next_one() -> None:
    gateway, calls = counters()
    query = "mutation { one: addA(by: 1) { a b } two: addB(by: 5) { a b } }"
    data, _ = await gateway.answer(query)
    assert data == {"one": {"a": 1, "b": 0}, "two": {"a": 1, "b": 5}}
    assert calls == ["a+1", "b+5"]
    snapshot("mutation-hops", query, gateway.plan(query))


@pytest.mark.parametrize("body", ["make @include(if: $on) { x y }", "make @include(if: $on) { x } make { y }"])
async def test_a_mutation_of_several_subgraphs_is_made_once_where_all_below_it_is_read(body: str) -> None:
    executed: list[str] = []

    def part(name: str, fields: str) -> Part:
        def make(info: Any) -> dict[str, int]:
            executed.append(name)
            return {"x": 1, "y": 2}

        sdl = f"type Mutation {{ make: V @shareable }} type Query {{ {name}: Int }} type V @shareable {{ {fields} }}"
        return Part(name, HEAD + sdl, {"make": make})

    gateway = Gateway(part("a", "x: Int"), part("b", "x: Int y: Int"))
    data, errors = await gateway.answer(f"mutation ($on: Boolean = true) {{ {body} }}", {})
    assert (data, errors) == ({"make": {"x": 1, "y": 2}}, [])
    assert executed == ["b"]


@pytest.mark.parametrize("between", ["two: addB(by: 2) { id }", "two: addA(by: 2) { id }"])
async def test_a_mutation_is_refused_before_any_is_made_where_its_turn_depends_on_a_condition(between: str) -> None:
    gateway, calls = counters()
    query = "mutation ($on: Boolean!) {{ one: addA(by: 1) {} {{ id }} {} one: addA(by: 1) {} {{ a }} }}"
    include = "@include(if: $on)"
    for on in (False, True):
        with pytest.raises(OperationRefused) as refused:
            await gateway.answer(query.format(include, between, ""), {"on": on})
        assert (refused.value.code, calls) == ("PLAN_IMPOSSIBLE", [])
    for first, second in (("", include), (include, include)):
        calls.clear()
        _, errors = await gateway.answer(query.format(first, between, second), {"on": True})
        assert (calls, errors) == (["a+1", f"{between[8].lower()}+2"], [])


NEAR = 'type Mutation { make: [T!] @shareable touch: Int } type Query { t: T } type T @key(fields: "id") { id: ID! }'
WHOLE = 'type Mutation { make: [T!] @shareable } type T @key(fields: "id") { id: ID! own: Int }'


@pytest.mark.parametrize(
    ("operation", "subgraphs"),
    [
        ("mutation { make { id own } }", ["whole"]),
        ("mutation { touch make { id own } }", ["near", "whole"]),
        ("mutation { make { id } touch }", ["near"]),
        ("mutation { make { own } make { id } }", ["whole"]),
    ],
)
def test_a_mutation_of_several_subgraphs_is_run_where_fewest_requests_follow(
    operation: str, subgraphs: list[str]
) -> None:
    gateway = Gateway(Part("near", HEAD + NEAR), Part("whole", HEAD + WHOLE))
    assert [fetch.subgraph for fetch in gateway.plan(operation).fetches()] == subgraphs
