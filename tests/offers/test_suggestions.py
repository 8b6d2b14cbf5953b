"""`Person.suggestedServices`: its order, what it knows of the person, and what it never tells."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import orjson
import pytest

from schema.facts import Fact
from schema.residual import Residual, Rule
from subgraphs.kit import communes
from subgraphs.kit.distance import Position, distance_km
from subgraphs.kit.server import Subgraph
from subgraphs.offers import ranking
from tests.kit.conftest import AGENT, Rows, anyone, context, person_id, residual

QUERY = """
query ($r: [_Any!]!, $first: Int, $after: String) {
  _entities(representations: $r) {
    ... on Person {
      suggestedServices(first: $first, after: $after) {
        nodes { id name thematics distanceKm structure { id name } }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""
READ = residual({"Person": anyone(Fact.REFERENT)}, {"Person.suggestedServices": anyone(Fact.REFERENT)})
CHARLEVILLE, SEDAN, AJACCIO = "08105", "08409", "2A004"

Constraints = Sequence[tuple[str | None, str | None]]


def person(number: int, city_code: str | None, constraints: Constraints | None) -> dict[str, Any]:
    """The representation that the hub sends after it asked people."""
    listed = None if constraints is None else [{"theme": theme, "state": state} for theme, state in constraints]
    contact = {"address": {"cityCode": city_code}}
    return {"__typename": "Person", "id": person_id(number), "contact": contact, "constraints": listed}


async def suggested(
    offers: Subgraph, *people: dict[str, Any], read: Residual = READ, first: int = 100, after: str | None = None
) -> list[Any]:
    answer = await offers.execute(QUERY, {"r": list(people), "first": first, "after": after}, context(read))
    assert "errors" not in answer, answer
    return [item and item["suggestedServices"] for item in answer["data"]["_entities"]]


def ids(connection: Any) -> list[str]:
    return [node["id"].removeprefix("demonstration--") for node in connection["nodes"]]


@pytest.fixture(autouse=True)
async def followed(rows: Rows) -> None:
    for number in (1, 2):
        await rows.person(number, (Fact.REFERENT, AGENT))


async def test_an_open_constraint_comes_first_and_then_the_distance(offers: Subgraph) -> None:
    [answer] = await suggested(offers, person(1, CHARLEVILLE, [("MOBILITE", "OUI"), ("LOGEMENT", "CLOTUREE")]), first=4)
    assert ids(answer) == ["service-04", "service-05", "service-03", "service-01"]
    assert [node["distanceKm"] for node in answer["nodes"]][-2:] == [0.0, 0.3]
    assert answer["nodes"][0]["structure"] == {
        "id": "demonstration--structure-02",
        "name": "Garage solidaire du Vieux Moulin",
    }


async def test_without_a_constraint_the_nearest_comes_first_and_the_unknown_last(offers: Subgraph) -> None:
    [answer] = await suggested(offers, person(1, AJACCIO, []))
    distances = [node["distanceKm"] for node in answer["nodes"]]
    assert ids(answer)[-1] == "service-20"
    assert distances[-1] is None
    assert distances[:-1] == sorted(distances[:-1])
    assert {"service-15", "service-01"}.isdisjoint(ids(answer))
    assert len(distances) == 7


@pytest.mark.parametrize(
    "change",
    [
        {"contact": None},
        {"contact": {"address": None}},
        {"contact": {"address": {"cityCode": None}}},
        {"contact": {"address": {"cityCode": "69389"}}},
        {"contact": {"address": {"cityCode": "08105'"}}},
    ],
)
async def test_a_commune_that_is_not_known_leaves_the_services_without_a_place(
    offers: Subgraph, change: dict[str, Any]
) -> None:
    [answer] = await suggested(offers, person(1, None, [("NUMERIQUE", "OUI")]) | change)
    assert [(node["id"], node["distanceKm"]) for node in answer["nodes"]] == [("demonstration--service-20", None)]


async def test_constraints_that_are_denied_leave_no_answer_and_no_constraint_leaves_one(offers: Subgraph) -> None:
    denied, none = await suggested(offers, person(1, CHARLEVILLE, None), person(2, CHARLEVILLE, []))
    assert denied is None
    assert len(none["nodes"]) == 14


async def test_themes_without_a_category_and_states_that_are_not_open_count_for_nothing(offers: Subgraph) -> None:
    constraints = [("JUSTICE", "OUI"), ("SEJOUR", "OUI"), ("SANTE", "NON_ABORDEE"), ("FAMILLE", None), (None, "OUI")]
    constrained, unconstrained = await suggested(offers, person(1, SEDAN, constraints), person(2, SEDAN, []))
    assert orjson.dumps(constrained["nodes"]) == orjson.dumps(unconstrained["nodes"])


async def test_the_sql_and_the_rule_order_every_offer_alike(rows: Rows, offers: Subgraph) -> None:
    random = Random(20261124)
    commune_by_code = communes.load()
    codes = [*random.sample(sorted(commune_by_code), 12), "98735", None]
    categories = sorted(ranking.CATEGORY_OF_THEME.values())

    def centre(code: str | None) -> Position | None:
        commune = commune_by_code.get(code or "")
        return None if commune is None else (commune.latitude, commune.longitude)

    def near(random: Random) -> Position:
        start = centre(random.choice(codes)) or (46.0, 2.0)
        return start[0] + random.uniform(-0.6, 0.6), start[1] + random.uniform(-0.9, 0.9)

    await rows.connection.execute("DELETE FROM offers.service")
    services: dict[str, tuple[Position | None, frozenset[str], bool]] = {}
    for number in range(80):
        code = random.choice(codes)
        exact = random.random() < 0.6
        position = near(random) if exact else None
        borne = frozenset(random.sample(categories, random.randrange(3)))
        key = f"essai--{random.choice(['a', 'B', 'é', '_'])}{number}"
        place = position or centre(code)
        modes = random.choice([[], ["en-presentiel"], ["a-distance"], ["a-distance", "en-presentiel"]])
        services[key] = (place, borne, ranking.is_anywhere(place, modes, code))
        await rows.sourced(
            "offers.service", id=key, structure_id="essai--1", producer="essai", name="Essai", thematics=[],
            categories=sorted(borne), publics=[], access_modes=modes, mobilisation_modes=[],
            eligibility_zone=[], city_code=code,
            latitude=position and position[0], longitude=position and position[1],
            at_latitude=place and place[0], at_longitude=place and place[1],
        )  # fmt: skip
    themes = [*ranking.CATEGORY_OF_THEME, "JUSTICE"]
    for _ in range(60):
        code = random.choice(codes)
        constraints = [
            (theme, random.choice(["OUI", "CLOTUREE", None])) for theme in random.sample(themes, random.randrange(5))
        ]
        called = ranking.categories(constraints)
        distances = {key: distance_km(centre(code), position) for key, (position, *_) in services.items()}
        offered = [key for key, (place, _, free) in services.items() if ranking.is_offered(place, distances[key], free)]
        expected = sorted(
            offered, key=lambda key: (ranking.rank(bool(services[key][1] & called), distances[key]), key.encode())
        )
        [answer] = await suggested(offers, person(1, code, constraints))
        assert [node["id"] for node in answer["nodes"]] == expected
        for node in answer["nodes"]:
            assert node["distanceKm"] == distances[node["id"]]


@pytest.mark.parametrize("constraints", [[], [("SANTE", "OUI"), ("MOBILITE", "OUI")]])
@pytest.mark.parametrize("city_code", [CHARLEVILLE, None])
async def test_pages_hold_each_service_once_in_the_order_of_the_whole(
    offers: Subgraph, city_code: str | None, constraints: Constraints
) -> None:
    [whole] = await suggested(offers, person(1, city_code, constraints))
    total = len(whole["nodes"])
    assert whole["pageInfo"]["hasNextPage"] is False
    collected: list[str] = []
    after, more = None, True
    while more:
        [page] = await suggested(offers, person(1, city_code, constraints), first=5, after=after)
        assert len(page["nodes"]) == min(5, total - len(collected))
        collected += ids(page)
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
        assert more == (len(collected) < total)
    assert collected == ids(whole)


async def test_a_cursor_serves_only_the_actor_and_purpose_that_it_was_made_for(offers: Subgraph) -> None:
    [page] = await suggested(offers, person(1, CHARLEVILLE, []), first=2)
    variables = {"r": [person(1, CHARLEVILLE, [])], "first": 2, "after": page["pageInfo"]["endCursor"]}
    for reader_context in (context(READ, actor="autre"), context(READ, purpose="orientation")):
        answer = await offers.execute(QUERY, variables, reader_context)
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN_INPUT"


@pytest.mark.parametrize("first", [0, 101, -1])
async def test_a_page_has_from_one_to_a_hundred_services(offers: Subgraph, first: int) -> None:
    answer = await offers.execute(QUERY, {"r": [person(1, CHARLEVILLE, [])], "first": first}, context(READ))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_FIRST"


@pytest.mark.parametrize(
    "read",
    [
        Residual(),
        residual({"Person": anyone(Fact.REFERENT)}, {}),
        residual({"Person": anyone(Fact.REFERENT)}, {"Person.suggestedServices": ()}),
        residual({"Person": anyone(Fact.REFERENT)}, {"Person.suggestedServices": anyone(Fact.SELF)}),
    ],
)
async def test_a_field_that_the_decision_does_not_open_is_null(offers: Subgraph, read: Residual) -> None:
    assert await suggested(offers, person(1, CHARLEVILLE, [("MOBILITE", "OUI")]), read=read) == [None]


async def test_a_person_who_is_not_linked_looks_like_one_who_does_not_exist(rows: Rows, offers: Subgraph) -> None:
    await rows.person(3)
    assert await suggested(offers, person(3, CHARLEVILLE, []), person(4, CHARLEVILLE, [])) == [None, None]


async def test_a_batch_of_people_costs_one_statement(offers: Subgraph) -> None:
    before = offers.statements
    first, second = await suggested(offers, person(1, CHARLEVILLE, [("MOBILITE", "OUI")]), person(2, AJACCIO, []))
    assert offers.statements == before + 1
    assert ids(first) != ids(second)


@pytest.mark.parametrize(
    "change",
    [
        {"nir": "1"},
        {"contact": {"address": {"cityCode": CHARLEVILLE, "street": "x"}}},
        {"constraints": [{"theme": "MOBILITE"}]},
        {"__typename": "SuggestedService"},
        {"id": "1"},
    ],
)
async def test_a_representation_with_more_or_less_than_what_is_required_is_null_alone(
    offers: Subgraph, change: dict[str, Any]
) -> None:
    bad, good = await suggested(offers, person(1, CHARLEVILLE, []) | change, person(2, CHARLEVILLE, []))
    assert bad is None
    assert len(good["nodes"]) == 14


async def test_a_service_whose_structure_has_not_come_has_none(rows: Rows, offers: Subgraph) -> None:
    await rows.connection.execute("DELETE FROM offers.structure WHERE id = 'demonstration--structure-02'")
    [answer] = await suggested(offers, person(1, CHARLEVILLE, [("MOBILITE", "OUI")]), first=1)
    assert ids(answer) == ["service-04"]
    assert answer["nodes"][0]["structure"] is None


PERSON_QUERY = """
query ($r: [_Any!]!) {
  _entities(representations: $r) {
    ... on Person { id contact { address { cityCode } } constraints { theme state } }
  }
}
"""
REFERENT_ONLY = anyone(Fact.REFERENT)


def reading(san: bool) -> Residual:
    values = ((int(Fact.VALUE_SAN), REFERENT_ONLY),) if san else ()
    names = ("Person.contact", "Contact.address", "Address.cityCode", "Person.constraints", "Constraint.theme")
    return residual(
        {
            "Person": REFERENT_ONLY,
            "Contact": REFERENT_ONLY,
            "Address": REFERENT_ONLY,
            "Constraint": Rule(REFERENT_ONLY, values),
        },
        {**dict.fromkeys((*names, "Constraint.state"), REFERENT_ONLY), "Person.suggestedServices": REFERENT_ONLY},
    )


async def through_people(people: Subgraph, offers: Subgraph, number: int, *, san: bool) -> tuple[bytes, bytes]:
    """What offers is asked and what it answers, for what the actor reads of a person in people."""
    variables = {"r": [{"__typename": "Person", "id": person_id(number)}]}
    read = await people.execute(PERSON_QUERY, variables, context(reading(san)))
    fields = read["data"]["_entities"][0]
    representation = {
        "__typename": "Person",
        "id": person_id(number),
        **{k: fields[k] for k in ("contact", "constraints")},
    }
    [answer] = await suggested(offers, representation, read=reading(san), first=5)
    del representation["id"]
    answer = answer and {"nodes": answer["nodes"], "hasNextPage": answer["pageInfo"]["hasNextPage"]}
    return orjson.dumps(representation), orjson.dumps(answer)


async def test_people_who_differ_in_a_health_constraint_only_get_equal_bytes_without_san(
    rows: Rows, people: Subgraph, offers: Subgraph
) -> None:
    for number in (1, 2):
        await rows.sourced(
            "people.contact", person_id=person_id(number), phones=[], origin="PERSONNE", authorisation="I",
            city_code=CHARLEVILLE,
        )  # fmt: skip
        await rows.sourced(
            "people.person_constraint", id=person_id(100 + number), person_id=person_id(number), theme="MOBILITE",
            state="OUI",
        )  # fmt: skip
    await rows.sourced(
        "people.person_constraint", id=person_id(103), person_id=person_id(2), theme="SANTE", state="OUI"
    )
    first, second = [await through_people(people, offers, number, san=False) for number in (1, 2)]
    assert first == second
    assert b"SANTE" not in second[0]
    first, second = [await through_people(people, offers, number, san=True) for number in (1, 2)]
    assert first != second
    assert b"service-02" in second[1]
