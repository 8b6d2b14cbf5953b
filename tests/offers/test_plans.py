"""Under row security and with 50,000 services, suggestions and what ties a person to the offer are found by index."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from graphql import parse

from schema.facts import Fact, link_key
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Query
from subgraphs.kit.transactions import BEGUN, begin
from subgraphs.offers.queries import MODEL
from tests.conftest import Database
from tests.kit.conftest import AGENT, anyone, context, person_id, residual
from tests.kit.plans import Plan, plan, scans
from tests.offers.test_journey import FIELDS, QUERY, TYPES

SERVICES, PEOPLE = 50_000, 5_000
POPULATE = f"""
INSERT INTO access.person (person_id)
    SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, {PEOPLE}) i;
INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
    SELECT person_id, 2, '{AGENT}', '2026-01-01', 't', '2' FROM access.person;
INSERT INTO offers.structure
    (id, producer, name, networks, at_latitude, at_longitude, source, source_id, as_of)
    SELECT 't--' || i, 't', 'N', ARRAY['reseau-' || i % 50], 42 + (i * 7919 % 9000) / 1000.0,
        -4 + (i * 15487 % 12000) / 1000.0, 't', i, '2026-01-01'
    FROM generate_series(1, {SERVICES // 4}) i;
INSERT INTO offers.service
    (id, structure_id, producer, name, thematics, categories, publics, access_modes, mobilisation_modes,
    eligibility_zone, at_latitude, at_longitude, source, source_id, as_of)
    SELECT 't--' || i, 't--' || (i / 4), 't', 'N', '{{}}', '{{mobilite}}', '{{}}', '{{}}', '{{}}', '{{}}',
        CASE WHEN i % 40 > 0 THEN 42 + (i * 7919 % 9000) / 1000.0 END,
        CASE WHEN i % 40 > 0 THEN -4 + (i * 15487 % 12000) / 1000.0 END, 't', i, '2026-01-01'
    FROM generate_series(1, {SERVICES}) i;
INSERT INTO offers.referral
    (id, person_id, service_id, status, sent_on, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, 't--' || right(person_id::text, 4)::int, 'OUVERTE', '2026-01-01', 't',
        person_id, '2026-01-01' FROM access.person;
INSERT INTO offers.company (id, name, kind, siret, source, source_id, as_of)
    SELECT 't--' || i, 'N', 'ACI', '1', 't', i, '2026-01-01' FROM generate_series(1, {PEOPLE}) i;
INSERT INTO offers.job_application
    (id, person_id, company_id, state, sender, created_at, updated_at, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, 't--' || right(person_id::text, 4)::int, 'new', 'employer', '2026-01-01',
        '2026-01-01', 't', person_id, '2026-01-01' FROM access.person;
INSERT INTO offers.pass_iae (id, person_id, number, status, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, '1', 'VALID', 't', person_id, '2026-01-01' FROM access.person;
INSERT INTO offers.immersion_agreement
    (id, person_id, status, objective, siret, company_name, starts_on, ends_on, agency_kind, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, 'IN_REVIEW', 'DECOUVRIR_UN_METIER', '1', 'N', '2026-01-01', '2026-01-02', 'x',
        't', person_id, '2026-01-01' FROM access.person;
INSERT INTO access.merged SELECT gen_random_uuid(), person_id FROM access.person;
ANALYZE;
"""
SUGGESTED = """query ($r: [_Any!]!) { _entities(representations: $r) { ... on Person {
    suggestedServices(first: 3) { nodes { name thematics distanceKm } } } } }"""
REQUIRED = {
    "contact": {"address": {"cityCode": "08105"}},
    "constraints": [{"theme": "MOBILITE", "state": "OUI"}],
}
REFERENT = anyone(Fact.REFERENT)
READ = residual(
    dict.fromkeys(("Person", "PassIae", *TYPES), REFERENT),
    dict.fromkeys((*FIELDS, "Person.suggestedServices"), REFERENT),
)


@pytest.fixture(scope="module")
def large(database: Database) -> Database:
    async def populate() -> None:
        connection = await database.connect()
        await connection.execute(POPULATE)
        await connection.close()

    asyncio.run(populate())
    return database


def rows_read(node: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Each table that an executed plan reads, and how many rows of it in all."""
    if "Relation Name" in node:
        read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        yield node["Relation Name"], round(read * node["Actual Loops"])
    for child in node.get("Plans", ()):
        yield from rows_read(child)


async def explained(database: Database, query: str, people: int, more: dict[str, Any]) -> Plan:
    """The plan of a query about so many people, as it ran."""
    representations = [{"__typename": "Person", "id": person_id(n), **more} for n in range(1, people + 1)]
    request_context = context(READ, link_key(Fact.REFERENT, AGENT))
    compiler = Compiler(MODEL, b"c" * 32)
    statement, call = compiler.statement(
        query, Query(parse(query)), {"r": representations, "first": 5}, request_context
    )
    connection = await database.connect("offers_query")
    try:
        assert await connection.execute(begin([link_key(Fact.REFERENT, AGENT)], None)) == BEGUN
        return await plan(connection, statement, call)
    finally:
        await connection.close()


@pytest.mark.parametrize(("query", "more"), [(SUGGESTED, REQUIRED), (QUERY, {})], ids=["suggestions", "items"])
async def test_no_table_is_read_from_end_to_end(large: Database, query: str, more: dict[str, Any]) -> None:
    table_scans = list(scans(await explained(large, query, 5, more)))
    assert table_scans
    assert [scan for scan in table_scans if scan[0] == "Seq Scan"] == []


async def test_a_suggestion_reads_what_is_near_and_what_is_nowhere_only(large: Database) -> None:
    ran = await explained(large, SUGGESTED, 1, REQUIRED)
    read = sum(count for table, count in rows_read(ran) if table == "service")
    connection = await large.connect()
    near = await connection.fetchval(
        "SELECT count(*) FROM offers.service, offers.commune WHERE code = '08105' AND (at_latitude IS NULL OR"
        " abs(at_latitude - commune.latitude) < 0.46 AND abs(at_longitude - commune.longitude) < 0.72)"
    )
    await connection.close()
    assert SERVICES // 40 < read <= near < SERVICES // 20
