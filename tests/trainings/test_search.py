"""`trainings` and `trainingSessions`: public pages, and each input as it filters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest
from graphql import parse

from schema.residual import Residual
from subgraphs.kit.communes import load
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.distance import distance_km
from subgraphs.kit.document import Query
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.trainings.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import POLICY, Rows, context
from tests.kit.plans import plan, scans

TRAININGS = "query ($filter: TrainingFilter) { trainings(filter: $filter) { nodes { id title } } }"
NEAREST = """query ($near: NearInput) { trainingSessions(near: $near) { edges { distanceKm node { id } } } }"""
SESSIONS = """query ($first: Int, $after: String, $filter: TrainingSessionFilter) {
  trainingSessions(first: $first, after: $after, filter: $filter) {
    nodes { id startsOn training { title } } pageInfo { hasNextPage endCursor }
  }
}"""


AT: list[tuple[Any, Any]] = [(49.70, 4.94), (49.77, 4.72), (None, None)]


@pytest.fixture
async def trainings(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph on a catalogue of two trainings and three sessions."""
    connection = await fresh_database.connect()
    rows = Rows(connection)
    for number, (title, rome, certifying) in enumerate([("Cuisinier", "G1602", True), ("Serveur", "G1803", None)], 1):
        await rows.sourced(
            "trainings.training", id=f"lheo--F{number}", title=title, formacodes=["42752"], rome_codes=[rome, "G1605"],
            certifying=certifying,
        )  # fmt: skip
    for number, (day, state, city) in enumerate(
        [(date(2027, 1, 4), "OUVERT", "08105"), (date(2027, 2, 1), "FERME", "08105"), (None, "OUVERT", "08409")], 1
    ):
        await rows.sourced(
            "trainings.training_session", id=f"lheo--S{number}", training_id="lheo--F1", starts_on=day,
            recruitment_state=state, city_code=city, at_latitude=AT[number - 1][0], at_longitude=AT[number - 1][1],
        )  # fmt: skip
    await connection.close()
    pool = Pool(fresh_database.dsn("trainings_query"), 2)
    await pool.open()
    yield Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


async def ids(trainings: Subgraph, query: str, filters: dict[str, Any]) -> list[str]:
    answer = await trainings.execute(query, {"filter": filters}, context(Residual()))
    assert "errors" not in answer, answer
    [page] = answer["data"].values()
    return [node["id"].removeprefix("lheo--") for node in page["nodes"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["F1", "F2"]),
        ({"romeCode": "G1602"}, ["F1"]),
        ({"romeCode": "G1605"}, ["F1", "F2"]),
        ({"romeCode": "G16"}, []),
        ({"formacode": "42752", "certifying": True}, ["F1"]),
        ({"certifying": False}, []),
    ],
)
async def test_a_training_is_found_by_each_of_its_codes(
    trainings: Subgraph, filters: dict[str, Any], expected: list[str]
) -> None:
    assert await ids(trainings, TRAININGS, filters) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({}, ["S1", "S2", "S3"]),
        ({"training": "lheo--F1", "startsFrom": "2027-02-01"}, ["S2"]),
        ({"training": "lheo--F2"}, []),
        ({"startsFrom": "2027-01-04"}, ["S1", "S2"]),
        ({"startsBefore": "2027-02-01"}, ["S1"]),
        ({"startsFrom": "2027-01-05", "startsBefore": "2027-02-02"}, ["S2"]),
        ({"recruitmentState": "OUVERT"}, ["S1", "S3"]),
        ({"cityCode": "08105", "recruitmentState": "OUVERT"}, ["S1"]),
    ],
)
async def test_a_session_is_found_by_its_dates_state_and_commune(
    trainings: Subgraph, filters: dict[str, Any], expected: list[str]
) -> None:
    assert await ids(trainings, SESSIONS, filters) == expected


async def test_sessions_around_a_place_come_nearest_first_and_those_without_a_place_do_not_come(
    trainings: Subgraph,
) -> None:
    centre = load()["08105"]
    answer = await trainings.execute(NEAREST, {"near": {"cityCode": "08105"}}, context(Residual()))
    edges = answer["data"]["trainingSessions"]["edges"]
    expected = [
        (distance_km((centre.latitude, centre.longitude), AT[place]), f"lheo--S{place + 1}") for place in (1, 0)
    ]
    assert [(edge["distanceKm"], edge["node"]["id"]) for edge in edges] == expected
    assert edges[0]["distanceKm"] < edges[1]["distanceKm"]
    far = await trainings.execute(NEAREST, {"near": {"cityCode": "2A004"}}, context(Residual()))
    assert far["data"]["trainingSessions"]["edges"] == []


SCATTER = """
INSERT INTO trainings.training_session (id, training_id, at_latitude, at_longitude, source, source_id, as_of)
    SELECT 't--' || i, 'lheo--F1', 42 + (i * 7919 % 9000) / 1000.0, -4 + (i * 15487 % 12000) / 1000.0, 't', i,
        '2026-01-01' FROM generate_series(1, 20000) i;
ANALYZE
"""


async def test_sessions_around_a_place_are_found_by_index(trainings: Subgraph, fresh_database: Database) -> None:
    connection = await fresh_database.connect()
    await connection.execute(SCATTER)
    variables = {"near": {"cityCode": "08105", "radiusKm": 20}}
    statement, call = Compiler(MODEL, b"c" * 32).statement(
        NEAREST, Query(parse(NEAREST)), variables, context(Residual())
    )
    table_scans = list(scans(await plan(connection, statement, call)))
    await connection.close()
    assert table_scans
    assert [scan for scan in table_scans if scan[0] == "Seq Scan"] == []


async def test_sessions_are_read_page_by_page(trainings: Subgraph) -> None:
    answer = await trainings.execute(SESSIONS, {"first": 2}, context(Residual()))
    page = answer["data"]["trainingSessions"]
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (2, True)
    assert page["nodes"][0]["training"] == {"title": "Cuisinier"}
    last = await trainings.execute(SESSIONS, {"first": 2, "after": page["pageInfo"]["endCursor"]}, context(Residual()))
    assert [node["id"] for node in last["data"]["trainingSessions"]["nodes"]] == ["lheo--S3"]


@pytest.mark.parametrize("filters", [{"startsFrom": "demain"}, {"recruitmentState": "AUTRE"}])
async def test_a_date_or_state_that_is_none_is_refused(trainings: Subgraph, filters: dict[str, Any]) -> None:
    answer = await trainings.execute(SESSIONS, {"filter": filters}, context(Residual()))
    assert answer["errors"]
    assert answer["data"] is None
