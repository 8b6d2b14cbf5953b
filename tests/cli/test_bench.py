"""`hub bench` measures two sides that answer alike, on a database of its own, and tells what a request sends."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import orjson
import pytest
from graphql import parse, validate

from benchmarks import peers, postgraphile
from benchmarks.dataset import FOLLOWED, PERSON, REFERENT, bench_address
from benchmarks.flux_file import foyers_of, write_flux
from benchmarks.gateway.peers import NODE
from benchmarks.gateway.processes import OTHER_CORES, started_process
from benchmarks.operations import operations
from hub.federation.compose.composer import Source, compose
from infra.npm import STAMP
from subgraphs.people.sources.cnaf_schema import text
from subgraphs.people.sources.cnaf_stream import RawFoyer, foyers
from tests.cli.commands import Result, hub_forked
from tests.conftest import Database
from tests.pinned_graph import graph

PEOPLE = FOLLOWED + 10


def bench(database: Database, *arguments: object) -> Result:
    """`hub bench` with the fewest rounds, and few requests in flight: as many warm each side up and open each round."""
    small = ("--people", PEOPLE, "--rounds", 1, "--each", 1, "--in-flight", 4, "--keys", database.keys.directory)
    return hub_forked("bench", *small, *arguments, database_url=database.admin_dsn)


async def execute(dsn: str, statement: str) -> Any:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def report(database: Database) -> Iterator[dict[str, Any]]:
    """The measures of a run that had to fill its database."""
    result = bench(database, "--json")
    assert result.code == 0, result.err
    yield orjson.loads(result.out)
    asyncio.run(execute(database.admin_dsn, f"DROP DATABASE {database.name}_bench WITH (FORCE)"))


@pytest.fixture(scope="module")
def measured(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Its measures of queries, by operation."""
    return {measure["name"]: measure for measure in report["operations"]}


def test_each_operation_asks_what_is_served() -> None:
    served = graph().schema
    for operation in operations(served):
        assert validate(served, parse(operation.query)) == []


def test_each_operation_is_measured_on_all_sides_and_told_with_its_goal(measured: dict[str, dict[str, Any]]) -> None:
    assert {name: measure["goal"] for name, measure in measured.items()} == {
        "journey": 5,
        "list": 10,
        "appointments": None,
    }
    for measure in measured.values():
        assert measure["hub"] > 0
        assert measure["ratio"] == pytest.approx(measure["resolvers"] / measure["hub"])
        assert measure["cached_ratio"] == pytest.approx(measure["cached"] / measure["hub"])
        assert min(measure["resolvers"], measure["cached"]) > 0
        assert measure["journal"] < 1
        assert measure["policy"] < 1


def test_writes_and_changes_are_measured_on_both_sides_and_leave_nothing(
    database: Database, report: dict[str, Any]
) -> None:
    writes = {measure["name"]: measure for measure in report["writes"]}
    goals = {"recordAppointment": 3, "setAppointmentStatus": 3, "changes": 2}
    assert {name: measure["goal"] for name, measure in writes.items()} == goals
    assert writes["changes"]["number"] % PEOPLE == 0
    assert all(measure[side]["client"] > 0 for measure in writes.values() for side in ("hub", "bare"))
    for table in ("appointments.appointment WHERE source = 'hub'", "appointments.write_request", "access.change"):
        assert asyncio.run(execute(bench_address(database.admin_dsn), f"SELECT count(*) FROM {table}")) == 0


def test_a_request_costs_one_statement_per_call_and_the_journey_at_most_six(
    measured: dict[str, dict[str, Any]],
) -> None:
    assert measured["list"]["calls"] == 1
    assert measured["appointments"]["calls"] == 2
    assert measured["journey"]["statements"] <= measured["journey"]["most_statements"] == 6
    for measure in measured.values():
        assert measure["statements"] == measure["calls"]


def test_the_database_that_is_named_is_not_written_and_the_other_is_kept(
    database: Database, measured: dict[str, dict[str, Any]]
) -> None:
    oid_query = "SELECT oid FROM pg_database WHERE datname = current_database()"
    oid_before = asyncio.run(execute(bench_address(database.admin_dsn), oid_query))
    result = bench(database)
    assert result.code == 0, result.err
    assert "Parcours d'une personne" in result.out
    assert f"{PEOPLE} changements" in result.out
    assert "\x1b" not in result.out
    assert asyncio.run(execute(bench_address(database.admin_dsn), oid_query)) == oid_before
    assert asyncio.run(execute(database.admin_dsn, "SELECT count(*) FROM people.person")) == 0


def test_plain_subgraphs_compose_and_say_one_person_s_appointments(
    database: Database, measured: dict[str, dict[str, Any]]
) -> None:
    command = [sys.executable, "-m", "benchmarks.plain_subgraphs", REFERENT]
    with started_process(command, OTHER_CORES, DATABASE_URL=bench_address(database.admin_dsn)) as process:
        assert process.stdout is not None
        told = orjson.loads(process.stdout.readline())
        compose([Source(name, f"http://{name}.example/", sdl) for name, sdl in told["sdl"].items()])
        query = "query($of: [_Any!]!) { _entities(representations: $of) { ... on Person { %s } } }"
        body = {
            "query": query % "appointments { nodes { mode } }",
            "variables": {"of": [{"__typename": "Person", "id": PERSON}]},
        }
        (person,) = httpx2.post(f"http://127.0.0.1:{told['port']}/appointments/", json=body).json()["data"]["_entities"]
    assert person["appointments"]["nodes"]


def test_the_hub_is_measured_beside_each_peer_that_runs_here(
    database: Database, measured: dict[str, dict[str, Any]]
) -> None:
    if not (NODE / "node_modules" / STAMP).is_file():
        pytest.skip("the packages of benchmarks/gateway/node are not installed")
    result = bench(database, "--peers", "--json")
    assert result.code == 0, result.err
    measures = {(each["operation"], each["side"]): each for each in orjson.loads(result.out)["peers"]}
    assert {operation for operation, side in measures if side == peers.APOLLO} == set(measured)
    assert {operation for operation, side in measures if side == peers.POSTGRAPHILE} == set(postgraphile.QUERIES)
    assert {key: each["goal"] for key, each in measures.items() if each["goal"]} == peers.GOALS
    reader = f"SELECT count(*) FROM pg_roles WHERE rolname = '{peers.READER}'"
    assert asyncio.run(execute(database.admin_dsn, reader)) == 0


def test_sides_that_answer_differently_are_not_measured(
    database: Database, measured: dict[str, dict[str, Any]]
) -> None:
    withheld = "UPDATE people.structure SET sensitivity = 'SAN' WHERE id = 'bench--s7' RETURNING id"
    assert asyncio.run(execute(bench_address(database.admin_dsn), withheld)) == "bench--s7"
    assert "Parcours" in bench(database).check_refused("BENCH_UNEQUAL")


def test_growth_is_measured_among_each_number_of_people_and_nothing_is_left(
    database: Database, measured: dict[str, dict[str, Any]]
) -> None:
    arguments = ("--rounds", 1, "--each", 2, "--in-flight", 2, "--json", "--keys", database.keys.directory)
    result = hub_forked("bench", "growth", "--people", PEOPLE, *arguments, database_url=database.admin_dsn)
    assert result.code == 0, result.err
    (measure,) = orjson.loads(result.out)["measures"]
    assert (measure["people"], measure["bytes_per_person"] > 0) == (PEOPLE, True)
    numbers = {name: step["number"] for name, step in measure["steps"].items()}
    asked = dict.fromkeys(("journey", "list", "day", "perimeter", "search", "record"), 2)
    assert numbers == {**asked, "whole": PEOPLE, "delta": PEOPLE}
    assert all(step["cost"]["client"] > 0 for step in measure["steps"].values())
    for table in ("appointments.appointment WHERE source = 'hub'", "access.change"):
        assert asyncio.run(execute(bench_address(database.admin_dsn), f"SELECT count(*) FROM {table}")) == 0


def test_an_ingestion_is_measured_alone_and_among_others_and_nothing_is_left(database: Database) -> None:
    arguments = ("--people", 100, "--filled", 40, "--json", "--keys", database.keys.directory)
    result = hub_forked("bench", "ingest", *arguments, database_url=database.admin_dsn)
    assert result.code == 0, result.err
    measures = orjson.loads(result.out)
    sizes = [(measure["people"], measure["filled"], measure["changed"]) for measure in measures]
    assert sizes == [(100, 0, 3), (100, 40, 40)]
    for measure in measures:
        assert all(measure[step]["client"] > 0 for step in ("first", "unchanged", "delta"))
    assert [measure["copy"]["server"] > 0 for measure in measures] == [True, False]
    left = "SELECT count(*) FROM pg_database WHERE datname ~ '_bench_ingest$'"
    assert asyncio.run(execute(database.admin_dsn, left)) == 0


def test_the_flux_of_the_bench_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "flux.xml"
    write_flux(path, foyers_of(range(8)), date(2026, 11, 1))
    with path.open("rb") as stream:
        read = [item.reduced()[0] for item in foyers(stream) if isinstance(item, RawFoyer)]
    numbers = [text(adult, "Identification/NIR") for foyer in read for adult in foyer.iterfind("Personne")]
    assert len({number for number in numbers if number}) == 8
    assert len(read) == 6
