"""Abstract types whose members or nullability differ from one subgraph to another, and root types met again below."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.federation.behaviours.abstract_fields import GARDEN
from tests.federation.harness import HEAD, Gateway, Part, snapshot

ANIMALS: list[dict[str, Any]] = [
    {"__typename": "Dog", "id": "d", "name": "Rex", "owner": {"id": "o", "age": 40}},
    {"__typename": "Cat", "id": "c", "name": None, "owner": None},
]
ZOO = {"size": 2, "query": {"first": ANIMALS[0]}}


def zoo() -> Gateway:
    by_id = {animal["id"]: animal for animal in ANIMALS}
    return Gateway(
        Part(
            "zoo",
            HEAD
            + """
            type Query { animals: [Animal!] first: Dog @shareable zoo: Zoo }
            type Zoo { query: Query size: Int }
            interface Animal { id: ID! }
            type Dog implements Animal @key(fields: "id") { id: ID! name: String! @shareable owner: Owner @shareable }
            type Cat implements Animal @key(fields: "id") { id: ID! name: String owner: Owner! @shareable }
            type Owner @shareable { id: ID! }
            """,
            {
                "animals": [ANIMALS[0]],
                "first": ANIMALS[0],
                "zoo": ZOO,
            },
            {name: lambda representation: by_id[representation["id"]] for name in ("Dog", "Cat")},
        ),
        Part(
            "care",
            HEAD
            + """
            type Query { first: Animal @shareable owners: Int }
            interface Animal { id: ID! }
            type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable owner: Owner @shareable }
            type Cat implements Animal @key(fields: "id") { id: ID! owner: Owner @shareable }
            type Owner @shareable { id: ID! age: Int }
            """,
            {"first": ANIMALS[0], "owners": 1},
            {name: lambda representation: by_id[representation["id"]] for name in ("Dog", "Cat")},
        ),
    )


async def test_one_response_key_of_two_nullabilities_in_a_subgraph_is_aliased_and_renamed_back() -> None:
    gateway = zoo()
    query = "{ animals { ... on Dog { name owner { id } } ... on Cat { name owner { id } } } }"
    data, errors = await gateway.answer(query)
    assert data == {"animals": [{"name": "Rex", "owner": {"id": "o"}}]}
    assert not errors
    assert "__alias_" in gateway.plan(query).text()
    snapshot("aliased-conflict", query, gateway.plan(query))


async def test_an_error_below_two_aliases_has_the_path_of_the_client() -> None:
    names, garden = GARDEN
    gateway = Gateway(names, replace(garden, resolvers={"Oak.id": _broken}))
    query = (
        "{ plants { ... on Rose { best { __typename } } "
        "... on Oak { best { ... on Rose { best { ... on Rose { id } ... on Oak { id } } } } } } }"
    )
    data, errors = await gateway.answer(query)
    assert data == {"plants": [{"best": {"best": {"id": None}}}, {"best": {"__typename": "Oak"}}]}
    assert errors == [{"code": "SUBGRAPH_ERROR", "path": ["plants", 0, "best", "best", "id"]}]


def _broken(*_: Any) -> None:
    raise ValueError


async def test_an_alias_of_ours_takes_no_key_of_the_clients() -> None:
    a_object: dict[str, Any] = {"__typename": "A", "x": 1}
    b_object: dict[str, Any] = {"__typename": "B", "x": 2, "y": 3}
    gateway = Gateway(
        Part("a", f"{HEAD} type Query {{ us: [U] }} union U = A | B type A {{ x: Int! @shareable }} "
             "type B { x: Int y: Int }", {"us": [a_object, b_object]}),
        Part("b", f"{HEAD} type Query {{ a: A }} type A {{ x: Int @shareable }}"),
    )  # fmt: skip
    data, errors = await gateway.answer("{ us { ... on A { x } ... on B { x x__alias_1: y } } }")
    assert (data, errors) == ({"us": [{"x": 1}, {"x": 2, "x__alias_1": 3}]}, [])


async def test_a_field_that_is_an_object_here_and_an_interface_there_is_read_from_either() -> None:
    gateway = zoo()
    query = "{ first { __typename id ... on Dog { name owner { age } } ... on Cat { name } } owners }"
    data, errors = await gateway.answer(query)
    assert data == {"first": {"__typename": "Dog", "id": "d", "name": "Rex", "owner": {"age": 40}}, "owners": 1}
    assert not errors
    snapshot("object-or-interface", query, gateway.plan(query))


async def test_a_root_type_met_again_below_is_entered_in_every_subgraph() -> None:
    gateway = zoo()
    query = "{ zoo { size query { first { id } owners } } }"
    data, errors = await gateway.answer(query)
    assert data == {"zoo": {"size": 2, "query": {"first": {"id": "d"}, "owners": 1}}}
    assert not errors
    snapshot("root-below", query, gateway.plan(query))


async def test_a_root_field_of_several_subgraphs_is_asked_in_parallel_and_merged() -> None:
    parts = [
        Part(
            name,
            HEAD + f"type Query {{ status: Status @shareable }} type Status @shareable {{ {name}: Int common: Int }}",
            {"status": {name: order, "common": 9}},
        )
        for order, name in enumerate(("left", "right"))
    ]
    gateway = Gateway(*parts)
    query = "{ status { left right common } }"
    data, errors = await gateway.answer(query)
    assert data == {"status": {"left": 0, "right": 1, "common": 9}}
    assert not errors
    plan = gateway.plan(query)
    assert len(plan.waves) == 1
    snapshot("shared-root", query, plan)
