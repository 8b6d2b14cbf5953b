"""Values that a field requires of other subgraphs: exactly those, as parameters, and a bad one harms nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schema.facts import Fact
from subgraphs.kit.representations import SEPARATOR, Form, field_set, split
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.offers.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import AGENT, POLICY, Rows, anyone, context, person_id, residual

FOLLOWING = anyone(Fact.REFERENT)
READ = residual({"Person": FOLLOWING}, {"Person.suggestedServices": FOLLOWING})
QUERY = """query($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
    suggestedServices(first: 2) { nodes { id } } } } }"""
EMPTY: dict[str, Any] = {"suggestedServices": {"nodes": []}}


@pytest.fixture
async def offers(fresh_database: Database, rows: Rows) -> AsyncIterator[Subgraph]:
    pool = Pool(fresh_database.dsn("offers_query"), 1)
    await pool.open()
    for number in (1, 2):
        await rows.insert("access.person", person_id=person_id(number))
        await rows.link(number, Fact.REFERENT, AGENT)
    yield Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


def person(number: int, **more: Any) -> dict[str, Any]:
    return {"__typename": "Person", "id": person_id(number), **more}


def required(code: Any = "08362", constraints: Any = ()) -> dict[str, Any]:
    return {"contact": {"address": {"cityCode": code}}, "constraints": list(constraints)}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"contact": None},
        {**required(), "firstName": "Ondine"},
        {**required(), "contact": {"address": {"cityCode": "08362", "street": "x"}}},
        {**required(), "contact": {"address": "08362"}},
        {**required(), "contact": "08362"},
        {**required(), "constraints": [{"theme": "MOBILITE"}]},
        {**required(), "constraints": [{"theme": {"x": 1}, "state": "OUI"}]},
        required("\x00"),
        required("\ud800"),
    ],
)
async def test_representation_without_exactly_the_required_values_is_null_alone(offers: Subgraph, bad: Any) -> None:
    representations = [person(1, **bad), person(2, **required())]
    answer = await offers.execute(QUERY, {"r": representations}, context(READ))
    assert answer == {"data": {"_entities": [None, EMPTY]}}


@pytest.mark.parametrize(
    "good",
    [
        required(None),
        {**required(), "contact": None},
        {**required(), "contact": {"__typename": "Contact", "address": None}},
        required("08362", [{"__typename": "Constraint", "theme": "MOBILITE", "state": None}]),
    ],
)
async def test_null_and_typename_inside_a_requirement_are_taken(offers: Subgraph, good: Any) -> None:
    answer = await offers.execute(QUERY, {"r": [person(1, **good)]}, context(READ))
    assert answer == {"data": {"_entities": [EMPTY]}}


async def test_requirement_is_refused_where_no_selected_field_asks_it(offers: Subgraph) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { id } } }"
    answer = await offers.execute(query, {"r": [person(1, **required()), person(2)]}, context(READ))
    assert answer == {"data": {"_entities": [None, {"id": person_id(2)}]}}


async def test_field_with_requirements_needs_its_coordinate(offers: Subgraph) -> None:
    answer = await offers.execute(QUERY, {"r": [person(1, **required())]}, context(residual({"Person": FOLLOWING}, {})))
    assert answer == {"data": {"_entities": [{"suggestedServices": None}]}}


def test_field_set_is_read_as_nested_names() -> None:
    assert field_set("contact { address { cityCode } } constraints { theme state }") == {
        "contact": {"address": {"cityCode": None}},
        "constraints": {"theme": None, "state": None},
    }


@pytest.mark.parametrize("uuid", [True, False])
@settings(deadline=None, database=None, derandomize=True)
@example(key=SEPARATOR, value=SEPARATOR)
@example(key=f"a{SEPARATOR}b", value=[f"a{SEPARATOR}b", {}])
@example(key=f"{person_id(1)}{SEPARATOR}{person_id(2)}", value=None)
@example(key=person_id(1), value=[[SEPARATOR]])
@given(key=st.text(), value=st.recursive(st.text() | st.none() | st.booleans(), st.lists))
def test_no_text_of_a_parameter_is_empty_or_holds_what_parts_it_from_the_next(uuid: bool, key: str, value: Any) -> None:
    form = Form("id", uuid, {"a": None}, frozenset({"__typename", "id", "a"}))
    _, batches = split([{"__typename": "T", "id": key, "a": value}], {"T": form})
    batch = batches["T"]
    assert len(batch.keys) == len(batch.required) == len(batch.places)
    assert all(text and SEPARATOR not in text for text in (*batch.keys, *batch.required))
