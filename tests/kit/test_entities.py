"""`_entities` checks each representation, and a denied row looks like a missing one (attacks 9, 18, 20)."""

from __future__ import annotations

from typing import Any

import pytest

from schema.facts import Fact
from schema.residual import Residual
from subgraphs.kit.representations import SEPARATOR
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, Rows, anyone, context, person_id, residual

QUERY = "query($r: [_Any!]!) { _entities(representations: $r) { __typename ... on Person { id firstName _access } } }"
READ = residual({"Person": anyone(Fact.REFERENT)}, {"Person.firstName": anyone(Fact.REFERENT)})


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"__typename": "Person", "id": person_id(number), **more}


def answered(number: int, name: str) -> dict[str, Any]:
    return {
        "__typename": "Person",
        "id": person_id(number),
        "firstName": name,
        "_access": (person_id(number), int(Fact.REFERENT)),
    }


async def entities(subgraph: Subgraph, representations: Any, rights: Residual = READ, query: str = QUERY) -> list[Any]:
    answer = await subgraph.execute(query, {"r": representations}, context(rights))
    assert "errors" not in answer
    data: list[Any] = answer["data"]["_entities"]
    return data


async def test_linked_person_is_returned_with_its_facts(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    assert await entities(people, [person(1)]) == [answered(1, "Ondine")]


@pytest.mark.parametrize(
    "bad",
    [
        {"__typename": "Nobody", "id": person_id(1)},
        {"id": person_id(1)},
        {"__typename": "Person"},
        {"__typename": ["Person"], "id": person_id(1)},
        person(1, firstName="Ondine"),
        person(1, __typename2="Person"),
        {"__typename": "Person", "id": "not a uuid"},
        {"__typename": "Person", "id": person_id(1).upper() + " "},
        {"__typename": "Person", "id": "{" + person_id(1) + "}"},
        {"__typename": "Person", "id": f"{person_id(1)}{SEPARATOR}{person_id(2)}"},
        {"__typename": "Person", "id": 1},
        {"__typename": "Person", "id": None},
        {"__typename": "Person", "id": [person_id(1)]},
        {"__typename": "Contact", "id": person_id(1)},
        "Person",
        None,
    ],
)
async def test_bad_representation_is_null_in_its_place_and_the_rest_stands(
    rows: Rows, people: Subgraph, bad: Any
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    await rows.person(2, (Fact.REFERENT, AGENT), first_name="Aubin")
    answers = await entities(people, [person(2), bad, person(1)])
    assert answers == [answered(2, "Aubin"), None, answered(1, "Ondine")]


async def test_order_and_repetition_of_representations_are_kept(rows: Rows, people: Subgraph) -> None:
    for number in (1, 2, 3):
        await rows.person(number, (Fact.REFERENT, AGENT), first_name=f"P{number}")
    answers = await entities(people, [person(3), person(1), person(3), person(2)])
    assert [item["firstName"] for item in answers] == ["P3", "P1", "P3", "P2"]


async def test_denied_row_equals_missing_row(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, first_name="Unlinked")
    await rows.person(2, (Fact.REFERENT, "00000000-0000-4000-8000-0000000000b2"), first_name="Other")
    await rows.person(3, (Fact.TERRITORY, "08"), first_name="Territory")
    before = people.statements
    assert await entities(people, [person(1), person(2), person(3), person(9)]) == [None] * 4
    assert people.statements == before + 1


async def test_the_id_of_a_merged_person_answers_the_one_that_it_is_served_as_to_whoever_is_linked(
    rows: Rows, people: Subgraph, appointments: Subgraph
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    await rows.merged(2, 1)
    await rows.person(3, first_name="Sans lien")
    await rows.merged(4, 3)
    ondine = answered(1, "Ondine")
    assert await entities(people, [person(2), person(4), person(1), person(2)]) == [ondine, None, ondine, ondine]
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { _access } } }"
    answers = await entities(appointments, [person(2), person(4)], READ, query)
    assert answers == [{"_access": ondine["_access"]}, None]


async def test_no_usable_representation_still_costs_one_statement(people: Subgraph) -> None:
    before = people.statements
    assert await entities(people, [{"__typename": "Person"}]) == [None]
    assert await entities(people, []) == []
    assert people.statements == before + 2


async def test_types_may_be_mixed_in_one_list_and_one_statement(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    await rows.sourced("people.agent", id=person_id(50), email="a@exemple.fr", last_name="Varenne")
    await rows.sourced(
        "people.person_constraint", id=person_id(60), person_id=person_id(1), theme="MOBILITE", state="OUI"
    )
    rights = residual(
        {"Person": anyone(Fact.REFERENT), "Constraint": anyone(Fact.REFERENT)},
        {
            "Person.firstName": anyone(Fact.REFERENT),
            "Constraint.theme": anyone(Fact.REFERENT),
            "Agent.lastName": anyone(Fact.REFERENT),
        },
    )
    query = """query($r: [_Any!]!) { _entities(representations: $r) {
        ... on Person { firstName }  ... on Agent { lastName }  ... on Constraint { theme _access } } }"""
    representations = [
        {"__typename": "Constraint", "id": person_id(60)},
        {"__typename": "Agent", "id": person_id(50)},
        {"__typename": "Agent", "id": person_id(51)},
        person(1),
    ]
    before = people.statements
    assert await entities(people, representations, rights, query) == [
        {"theme": "MOBILITE", "_access": (person_id(1), int(Fact.REFERENT))},
        {"lastName": "Varenne"},
        None,
        {"firstName": "Ondine"},
    ]
    assert people.statements == before + 1


async def test_alias_and_fragment_change_nothing(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine", last_name="Kerbrat")
    query = """query($r: [_Any!]!) { _entities(representations: $r) { ...P } }
        fragment P on Person { a: firstName b: firstName ... on Person { hidden: lastName } ...Q }
        fragment Q on Person { a: firstName kind: __typename }"""
    assert await entities(people, [person(1)], query=query) == [
        {"a": "Ondine", "b": "Ondine", "hidden": None, "kind": "Person"}
    ]


async def test_skipped_field_is_absent_and_its_condition_is_part_of_the_shape(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT), first_name="Ondine")
    query = """query($r: [_Any!]!, $s: Boolean!) { _entities(representations: $r) {
        ... on Person { id firstName @skip(if: $s) } } }"""
    for skipped in (True, False, True):
        answer = await people.execute(query, {"r": [person(1)], "s": skipped}, context(READ))
        assert ("firstName" in answer["data"]["_entities"][0]) is not skipped


async def test_representations_beyond_the_bound_are_refused_without_echo(people: Subgraph) -> None:
    answer = await people.execute(QUERY, {"r": [person(1)] * 10_001}, context(READ))
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "BAD_INPUT"}
    assert person_id(1) not in str(answer)


async def test_strawberry_never_builds_an_entity_from_what_was_sent(rows: Rows, people: Subgraph) -> None:
    query = "query($r: [_Any!]!) { _service { sdl } _entities(representations: $r) { ... on Person { id } } }"
    answer = await people.execute(query, {"r": [person(1)]}, context(READ))
    assert answer["data"] is None
    assert answer["errors"][0]["extensions"] == {"code": "OPERATION_REFUSED"}
