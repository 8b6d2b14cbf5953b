"""Keys by hop, composite keys, split value types and abstract types over six subgraphs."""

from __future__ import annotations

from tests.federation.harness import snapshot
from tests.federation.town import town


async def test_a_key_that_only_a_third_subgraph_knows_is_fetched_there_first() -> None:
    gateway = town()
    query = '{ person(id: "1") { name events { title } } }'
    data, errors = await gateway.answer(query)
    assert data == {"person": {"name": "Ana", "events": [{"title": "Point"}]}}
    assert not errors
    assert gateway.calls() == ["directory", "mail", "agenda"]
    snapshot("key-by-hop", query, gateway.plan(query))


async def test_a_composite_nested_key_is_passed_whole() -> None:
    gateway = town()
    query = "{ people(first: 2) { address { city { name population } } } }"
    data, _ = await gateway.answer(query)
    assert [p["address"]["city"] for p in data["people"]] == [
        {"name": "Belleville", "population": 4000},
        {"name": None, "population": None},
    ]
    assert gateway.subgraphs["rooms"].requests[0].variables["representations"][0] == {
        "__typename": "City",
        "code": "c1",
        "country": {"iso": "FR"},
    }
    snapshot("composite-key", query, gateway.plan(query))


async def test_a_value_type_is_completed_by_entering_its_parent_again() -> None:
    gateway = town()
    query = "{ events { ... on Meeting { room { label capacity } } } }"
    data, _ = await gateway.answer(query)
    assert data["events"] == [
        {"room": {"label": "R1", "capacity": 12}},
        {"room": {"label": None, "capacity": None}},
        {},
    ]
    snapshot("value-type-reentry", query, gateway.plan(query))


async def test_each_member_of_an_interface_is_completed_where_it_lives() -> None:
    gateway = town()
    query = "{ events { __typename title ... on Meeting { cost } ... on Call { number cost } } }"
    data, _ = await gateway.answer(query)
    assert data["events"] == [
        {"__typename": "Meeting", "title": "Point", "cost": 10},
        {"__typename": "Meeting", "title": None, "cost": None},
        {"__typename": "Call", "title": "Appel", "number": "06 39 98 00 01", "cost": 3},
    ]
    snapshot("interface-members", query, gateway.plan(query))


async def test_members_of_a_union_are_told_apart_by_type() -> None:
    gateway = town()
    query = (
        "{ search { __typename t: __typename ... on Person { x: kind } ... on Company { y: rating staff { name } } } }"
    )
    data, _ = await gateway.answer(query)
    assert data["search"] == [
        {"__typename": "Person", "t": "Person", "x": "LEAD"},
        {"__typename": "Company", "t": "Company", "y": 4, "staff": [{"name": "Ana"}, {"name": "Cyr"}]},
        {"__typename": "Company", "t": "Company", "y": 2, "staff": None},
        {"__typename": "Person", "t": "Person", "x": "PEER"},
    ]
    snapshot("union-members", query, gateway.plan(query))


async def test_an_interface_field_is_asked_of_the_interface_where_the_subgraph_allows() -> None:
    gateway = town()
    query = "{ named { name } }"
    data, _ = await gateway.answer(query)
    assert data == {"named": [{"name": None}, {"name": None}]}
    snapshot("interface-field", query, gateway.plan(query))


async def test_a_requirement_that_requires_in_its_turn_is_met_in_order() -> None:
    gateway = town()
    query = "{ people { level } }"
    data, _ = await gateway.answer(query)
    assert [p["level"] for p in data["people"]] == [len("Ana/c1"), len("None/c2"), len("Cyr/None")]
    snapshot("requires-chain", query, gateway.plan(query))


async def test_a_required_list_that_is_null_stops_the_field_for_that_object_alone() -> None:
    gateway = town()
    query = "{ people { id label total } }"
    data, errors = await gateway.answer(query)
    assert [p["total"] for p in data["people"]] == [8, 0, None]
    assert [p["label"] for p in data["people"]] == ["Ana/c1", "None/c2", "Cyr/None"]
    assert not errors
    sent = [
        r.variables[v]
        for r in gateway.subgraphs["risk"].requests
        for v in r.variables
        if "scores" in str(r.variables[v])
    ]
    assert [[representation["id"] for representation in representations] for representations in sent] == [["1", "2"]]
    snapshot("required-list", query, gateway.plan(query))


async def test_a_required_list_that_is_null_for_all_sends_nothing() -> None:
    gateway = town()
    data, errors = await gateway.answer('{ person(id: "3") { total } }')
    assert data == {"person": {"total": None}}
    assert not errors
    assert gateway.calls() == ["directory"]


async def test_an_entity_that_does_not_exist_is_null_and_sends_nothing_further() -> None:
    gateway = town()
    data, errors = await gateway.answer('{ person(id: "no") { name times level } }')
    assert data == {"person": None}
    assert not errors
    assert gateway.calls() == ["directory"]


async def test_a_field_that_one_subgraph_says_non_null_is_nullable_for_clients() -> None:
    gateway = town()
    query = "{ events { ... on Meeting { cost room { floor } } ... on Call { cost } } }"
    data, errors = await gateway.answer(query)
    assert [event["cost"] for event in data["events"]] == [10, None, 3]
    assert not errors
    snapshot("nullability-conflict", query, gateway.plan(query))


async def test_a_fragment_that_can_never_apply_fetches_nothing_for_it() -> None:
    gateway = town()
    data, _ = await gateway.answer("{ named { ... on Person { ... on Named { name } } } }")
    assert data == {"named": [{}, {"name": None}]}
    assert gateway.calls() == ["directory"]


async def test_two_fragments_on_one_concrete_type_are_both_served() -> None:
    gateway = town()
    data, _ = await gateway.answer(
        """{ person(id: "1") { ...A ...B } }
        fragment A on Person { friends { id } } fragment B on Person { friends { name } }"""
    )
    assert data == {"person": {"friends": [{"id": "2", "name": None}, {"id": "3", "name": "Cyr"}]}}
