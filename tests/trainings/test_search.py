"""`trainings` and `trainingSessions`: public pages, and each input as it filters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from schema.residual import Residual
from subgraphs.kit.database import Database as Pool
from subgraphs.kit.server import Subgraph
from subgraphs.trainings.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import POLICY, Rows, context

TRAININGS = "query ($filter: TrainingFilter) { trainings(filter: $filter) { nodes { id title } } }"
SESSIONS = """query ($first: Int, $after: String, $filter: TrainingSessionFilter) {
  trainingSessions(first: $first, after: $after, filter: $filter) {
    nodes { id startsOn training { title } } pageInfo { hasNextPage endCursor }
  }
}"""


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
            recruitment_state=state, city_code=city,
        )  # fmt: skip
    await connection.close()
    pool = Pool(fresh_database.dsn("trainings_query"), 2)
    await pool.open()
    yield Subgraph(MODEL, pool, policy=POLICY, cursors=b"c" * 32)
    await pool.close()


async def ids(trainings: Subgraph, query: str, given: dict[str, Any]) -> list[str]:
    answer = await trainings.execute(query, {"filter": given}, context(Residual()))
    assert "errors" not in answer, answer
    [found] = answer["data"].values()
    return [node["id"].removeprefix("lheo--") for node in found["nodes"]]


@pytest.mark.parametrize(
    ("given", "found"),
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
    trainings: Subgraph, given: dict[str, Any], found: list[str]
) -> None:
    assert await ids(trainings, TRAININGS, given) == found


@pytest.mark.parametrize(
    ("given", "found"),
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
    trainings: Subgraph, given: dict[str, Any], found: list[str]
) -> None:
    assert await ids(trainings, SESSIONS, given) == found


async def test_sessions_are_read_page_by_page(trainings: Subgraph) -> None:
    answer = await trainings.execute(SESSIONS, {"first": 2}, context(Residual()))
    page = answer["data"]["trainingSessions"]
    assert (len(page["nodes"]), page["pageInfo"]["hasNextPage"]) == (2, True)
    assert page["nodes"][0]["training"] == {"title": "Cuisinier"}
    last = await trainings.execute(SESSIONS, {"first": 2, "after": page["pageInfo"]["endCursor"]}, context(Residual()))
    assert [node["id"] for node in last["data"]["trainingSessions"]["nodes"]] == ["lheo--S3"]


@pytest.mark.parametrize("given", [{"startsFrom": "demain"}, {"recruitmentState": "AUTRE"}])
async def test_a_date_or_state_that_is_none_is_refused(trainings: Subgraph, given: dict[str, Any]) -> None:
    answer = await trainings.execute(SESSIONS, {"filter": given}, context(Residual()))
    assert answer["errors"]
    assert answer["data"] is None
