"""`@interfaceObject`: fields that one subgraph adds to every type of another one's interface."""

from __future__ import annotations

import pytest

from hub.federation.client.transport import TransportError
from tests.federation.harness import HEAD, Gateway, Part, snapshot
from tests.federation.library import library


async def test_an_object_of_known_type_is_asked_about_under_the_interfaces_name() -> None:
    gateway = library()
    query = "{ works { id title reviews { text } } }"
    data, errors = await gateway.answer(query)
    assert data == {
        "works": [
            {"id": "w1", "title": "Germinal", "reviews": [{"text": "Bien"}, {"text": "Long"}]},
            {"id": "w2", "title": "Playtime", "reviews": [{"text": None}]},
            {"id": "w3", "title": None, "reviews": []},
        ]
    }
    assert not errors
    (request,) = gateway.subgraphs["reviews"].requests
    assert request.variables["representations"] == [
        {"__typename": "Work", "id": representation} for representation in ("w1", "w3", "w2")
    ]
    snapshot("interface-object-field", query, gateway.plan(query))


async def test_the_type_of_an_interface_object_is_asked_where_it_is_known() -> None:
    gateway = library()
    query = "{ latest { kind: __typename mark ... on Book { pages } ... on Film { minutes } } }"
    data, errors = await gateway.answer(query)
    assert data == {
        "latest": [{"kind": "Film", "mark": None, "minutes": 124}, {"kind": "Book", "mark": 4.5, "pages": 600}]
    }
    assert not errors
    snapshot("interface-object-type", query, gateway.plan(query))


async def test_a_key_that_is_not_resolvable_leads_out_and_never_in() -> None:
    gateway = library()
    query = "{ loans { id work { title reviews { text } } } }"
    data, _ = await gateway.answer(query)
    assert data == {
        "loans": [
            {"id": "l1", "work": {"title": "Playtime", "reviews": [{"text": None}]}},
            {"id": "l2", "work": None},
            {"id": "l3", "work": {"title": None, "reviews": []}},
        ]
    }
    assert [len(gateway.subgraphs[name].requests) for name in ("loans", "catalogue", "reviews")] == [1, 1, 1]
    snapshot("interface-object-not-resolvable", query, gateway.plan(query))


async def test_what_an_interface_object_requires_is_gathered_of_the_concrete_types() -> None:
    gateway = library()
    query = "{ latest { blurb rank } }"
    data, _ = await gateway.answer(query)
    assert data == {"latest": [{"blurb": "« Playtime »", "rank": "None/B"}, {"blurb": "« Germinal »", "rank": "4.5/A"}]}
    snapshot("interface-object-requires", query, gateway.plan(query))


async def test_an_interface_object_below_another_waits_for_its_type_too() -> None:
    gateway = library()
    query = "{ reviewed { work { ... on Book { reviews { work { sequel { mark } } } } } } }"
    data, _ = await gateway.answer(query)
    reviews = {"reviews": [{"work": {"sequel": {"mark": 1.0}}}] * 2}
    assert data == {"reviewed": [{"work": reviews}, {"work": {}}, {"work": reviews}]}
    snapshot("interface-object-below", query, gateway.plan(query))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ latest { ... on Book { n: mark } ... on Film { n: mark(scale: 2) } } }", [{"n": None}, {"n": 4.5}]),
        (
            "{ latest { ... on Book { reviews { n: text } } ... on Film { reviews { n: author } } } }",
            [{"reviews": [{"n": "y"}]}, {"reviews": [{"n": "Bien"}, {"n": "Long"}]}],
        ),
    ],
)
async def test_one_response_key_with_two_senses_waits_for_the_type(query: str, expected: object) -> None:
    data, errors = await library().answer(query)
    assert (data, errors) == ({"latest": expected}, [])


async def test_an_object_whose_type_cannot_be_told_is_null_and_the_failure_is_at_its_path() -> None:
    gateway = library()
    gateway.subgraphs["catalogue"].fault = TransportError("SUBGRAPH_TIMEOUT", "late")
    data, errors = await gateway.answer("{ latest { kind: __typename mark } }")
    assert data == {"latest": [None, None]}
    assert errors == [{"code": "SUBGRAPH_TIMEOUT", "path": ["latest", index]} for index in (0, 1)]


@pytest.mark.parametrize(
    ("name", "query", "expected", "calls"),
    [
        ("untyped", "{ latest { id mark } }", {"latest": [{"id": "w2", "mark": None}, {"id": "w1", "mark": 4.5}]}, 1),
        (
            "untyped-hop",
            "{ loans { work { reviews { reader { name } } } } }",
            {
                "loans": [
                    {"work": {"reviews": [{"reader": {"name": None}}]}},
                    {"work": None},
                    {"work": {"reviews": []}},
                ]
            },
            3,
        ),
        (
            "untyped-condition",
            "query ($on: Boolean = false) { latest { mark @include(if: $on) } }",
            {"latest": [{}, {}]},
            1,
        ),
    ],
)
async def test_the_type_of_an_interface_object_is_not_asked_where_all_types_are_selected_alike(
    name: str, query: str, expected: object, calls: int
) -> None:
    gateway = library()
    assert await gateway.answer(query) == (expected, [])
    assert len(gateway.calls()) == calls
    assert "catalogue" not in gateway.calls()
    snapshot(f"interface-object-{name}", query, gateway.plan(query))


@pytest.mark.parametrize(
    "query",
    ["{ latest { __typename } }", "{ latest { mark ... on Film { id } } }", "{ latest { ... on Book { mark } } }"],
)
async def test_the_type_of_an_interface_object_is_asked_where_a_selection_tells_it(query: str) -> None:
    gateway = library()
    await gateway.answer(query)
    assert gateway.calls() == ["catalogue", "reviews"]
    assert "taken for" not in gateway.plan(query).text()


async def test_a_type_that_one_of_two_selections_tells_is_not_assumed_for_the_other() -> None:
    gateway = library()
    gateway.subgraphs["catalogue"].fault = TransportError("SUBGRAPH_TIMEOUT", "late")
    query = (
        "query ($a: Boolean!, $b: Boolean!) { latest @include(if: $a) { mark } latest @include(if: $b) { __typename } }"
    )
    data, errors = await gateway.answer(query, {"a": True, "b": True})
    assert data == {"latest": [None, None]}
    assert errors == [{"code": "SUBGRAPH_TIMEOUT", "path": ["latest", index, "__typename"]} for index in (0, 1)]


async def test_an_interface_object_of_a_hidden_type_is_not_shown() -> None:
    thing = {"__typename": "Secret", "id": "1", "size": 3}
    gateway = Gateway(
        Part(
            "a",
            HEAD
            + 'type Query { any: Thing } interface Thing @key(fields: "id") { id: ID! } '
            + 'type Plain implements Thing @key(fields: "id") { id: ID! } '
            + 'type Secret implements Thing @key(fields: "id") @inaccessible { id: ID! }',
            {"any": thing},
            {name: lambda representation: thing for name in ("Thing", "Plain", "Secret")},
        ),
        Part(
            "b",
            HEAD + 'type Query { thing: Thing } type Thing @key(fields: "id") @interfaceObject { id: ID! size: Int }',
            {"thing": thing},
            {"Thing": lambda representation: thing},
        ),
    )
    data, _ = await gateway.answer("{ thing { size } any { id } }")
    assert data == {"thing": None, "any": None}


async def test_an_interface_with_a_key_is_completed_by_the_keys_of_its_types() -> None:
    parts = (
        Part(
            "a",
            HEAD
            + 'type Query { things: [Thing] } interface Thing @key(fields: "id") { id: ID! } '
            + 'type A implements Thing @key(fields: "id") { id: ID! } '
            + 'type B implements Thing @key(fields: "id") { id: ID! }',
            {"things": [{"__typename": "A", "id": "1"}, {"__typename": "B", "id": "2"}]},
        ),
        Part(
            "b",
            HEAD
            + 'interface Thing @key(fields: "id") { id: ID! size: Int } '
            + 'type A implements Thing @key(fields: "id") { id: ID! size: Int } '
            + 'type B implements Thing @key(fields: "id") { id: ID! size: Int }',
            {},
            {
                name: lambda representation: {**representation, "size": int(representation["id"])}
                for name in ("Thing", "A", "B")
            },
        ),
    )
    gateway = Gateway(*parts)
    query = "{ things { size } }"
    data, _ = await gateway.answer(query)
    assert data == {"things": [{"size": 1}, {"size": 2}]}
    assert gateway.calls() == ["a", "b"]
    snapshot("interface-key", query, gateway.plan(query))
