"""`services` and `structures`: public pages, each input as it filters, and indexes that serve them."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from graphql import parse

from schema.residual import Residual
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Query
from subgraphs.kit.server import Subgraph
from subgraphs.offers.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import Rows, context
from tests.kit.plans import plan, scans
from tests.offers.test_near import NEAREST
from tests.offers.test_plans import large

SERVICES = """query ($first: Int, $after: String, $filter: ServiceFilter) {
  services(first: $first, after: $after, filter: $filter) {
    nodes { id name structure { name } } edges { cursor } pageInfo { hasNextPage endCursor }
  }
}"""
STRUCTURES = """query ($filter: StructureFilter) { structures(filter: $filter) { nodes { id siret networks } } }"""

__all__ = ["large"]


async def page(offers: Subgraph, query: str, **variables: Any) -> Any:
    answer = await offers.execute(query, variables, context(Residual()))
    assert "errors" not in answer, answer
    return next(iter(answer["data"].values()))


def numbers(answer: Any) -> list[int]:
    return [int(node["id"].rpartition("-")[2]) for node in answer["nodes"]]


async def test_whoever_asks_reads_the_whole_offer_page_by_page(rows: Rows, offers: Subgraph) -> None:
    collected: list[int] = []
    after, more = None, True
    while more:
        answer = await page(offers, SERVICES, first=7, after=after)
        assert len(answer["edges"]) == len(answer["nodes"])
        collected += numbers(answer)
        after, more = answer["pageInfo"]["endCursor"], answer["pageInfo"]["hasNextPage"]
    assert collected == list(range(1, 22))
    assert answer["nodes"][-1]["structure"]["name"] == "CSAPA du Vieux Pont"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"thematics": ["mobilite--preparer-un-permis"]}, [16]),
        ({"thematics": ["mobilite", "sante--sante-mentale"]}, [3, 4, 5, 16, 17]),
        ({"thematics": ["mobilite"], "types": ["atelier", "formation"]}, [5, 16]),
        ({"publics": ["seniors"]}, [12]),
        ({"types": ["information"], "publics": None}, [2]),
        ({"fees": ["payant"], "thematics": ["aucune"]}, []),
    ],
)
async def test_a_service_passes_that_has_one_value_of_each_list(
    rows: Rows, offers: Subgraph, filters: dict[str, Any], expected: list[int]
) -> None:
    assert numbers(await page(offers, SERVICES, filter=filters)) == expected


async def test_structures_are_found_by_siret_and_network(rows: Rows, offers: Subgraph) -> None:
    network = await page(offers, STRUCTURES, filter={"networks": ["departements", "spip"]})
    assert numbers(network) == [1, 6, 7]
    siret = network["nodes"][0]["siret"]
    assert numbers(await page(offers, STRUCTURES, filter={"siret": siret})) == [1]
    assert numbers(await page(offers, STRUCTURES, filter={"siret": siret, "networks": ["afpa"]})) == []


async def test_a_structure_lists_its_services_in_the_order_of_their_keys(rows: Rows, offers: Subgraph) -> None:
    services = "services(first: 2) { nodes { id conditions mobilisationModes } pageInfo { hasNextPage } }"
    query = f"{{ structures(first: 1) {{ nodes {{ phone email website {services} }} }} }}"
    node = (await page(offers, query))["nodes"][0]
    assert (node["phone"], node["website"]) == ("+33639980090", "https://demonstration.example.org/")
    listed = node["services"]["nodes"]
    assert [service["id"][-2:] for service in listed] == ["01", "02"]
    assert node["services"]["pageInfo"]["hasNextPage"]
    assert listed[0]["mobilisationModes"] == ["telephoner"]
    assert listed[0]["conditions"] == "Sur rendez-vous."


@pytest.mark.parametrize("filters", [{"thematics": []}, {"thematics": ["a"] * 101}, {"types": ["a\x00"]}])
async def test_a_list_of_no_value_or_too_many_is_refused(rows: Rows, offers: Subgraph, filters: dict[str, Any]) -> None:
    answer = await offers.execute(SERVICES, {"filter": filters}, context(Residual()))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_a_cursor_serves_only_the_filter_that_it_was_made_for(rows: Rows, offers: Subgraph) -> None:
    first = await page(offers, SERVICES, first=2, filter={"thematics": ["mobilite"]})
    variables = {"after": first["pageInfo"]["endCursor"], "filter": {"thematics": ["sante"]}}
    answer = await offers.execute(SERVICES, variables, context(Residual()))
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN_INPUT"


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        (SERVICES, {}),
        (SERVICES, {"thematics": ["mobilite--preparer-un-permis"]}),
        (SERVICES, {"thematics": ["sante"], "publics": ["seniors"]}),
        (STRUCTURES, {"siret": "99900010100001"}),
        (STRUCTURES, {"networks": ["reseau-7"]}),
        (NEAREST % "services", {}),
        (NEAREST % "structures", {}),
    ],
)
async def test_no_catalogue_is_read_from_end_to_end(large: Database, query: str, filters: dict[str, Any]) -> None:
    request_context, variables = context(Residual()), {"filter": filters, "near": {"cityCode": "08105", "radiusKm": 20}}
    statement, call = Compiler(MODEL, b"c" * 32).statement(query, Query(parse(query)), variables, request_context)
    connection: asyncpg.Connection[asyncpg.Record] = await large.connect("offers_query")
    try:
        table_scans = list(scans(await plan(connection, statement, call)))
    finally:
        await connection.close()
    assert table_scans
    assert [scan for scan in table_scans if scan[0] == "Seq Scan"] == []
