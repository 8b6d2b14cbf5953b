"""Under row security and at some size, the statements of the product's queries are served by indexes alone."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from graphql import parse

from schema.facts import Fact, link_key
from subgraphs.appointments.queries import MODEL as APPOINTMENTS
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Query
from subgraphs.kit.statement import Statement
from subgraphs.kit.subgraph_model import Model
from subgraphs.kit.transactions import BEGUN, begin
from subgraphs.kit.write.mutations import MutationField
from subgraphs.kit.write.statements import hold_sql
from subgraphs.people.queries import MODEL as PEOPLE
from tests.conftest import Database
from tests.kit.conftest import anyone, context, person_id, residual
from tests.kit.plans import pages_read, plan, scans
from tests.kit.test_statement import ENTITY, PERSON

COUNT = 20_000
R, T = Fact.REFERENT, Fact.TERRITORY
POPULATE = f"""
INSERT INTO access.person (person_id)
    SELECT ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid FROM generate_series(1, {COUNT}) i;
INSERT INTO people.person (id, last_name, last_name_key, birth_name_key, source, source_id, as_of)
    SELECT person_id, 'N', 'N' || right(person_id::text, 6), 'B' || right(person_id::text, 6), 't', person_id::text,
        '2026-01-01' FROM access.person;
INSERT INTO people.contact (person_id, phones, origin, authorisation, source, source_id, as_of)
    SELECT person_id, '{{}}', 'PERSONNE', 'A', 't', person_id::text, '2026-01-01' FROM access.person;
INSERT INTO people.person_constraint (id, person_id, theme, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, 'MOBILITE', 't', person_id::text, '2026-01-01' FROM access.person;
INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
    SELECT person_id, 64, '08', '2026-01-01', 't', '1' FROM access.person;
INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
    SELECT person_id, 2, 'agent-' || right(person_id::text, 3), '2026-01-01', 't', '2' FROM access.person;
INSERT INTO access.link (person_id, relation, scope_id, valid_from, origin, origin_id)
    SELECT person_id, 128, md5(person_id::text), '2026-01-01', 't', '3' FROM access.person;
INSERT INTO appointments.organisation (id, name, source, source_id, as_of)
    SELECT person_id, 'O', 't', person_id::text, '2026-01-01' FROM access.person;
INSERT INTO appointments.appointment
    (id, person_id, organisation_id, starts_at, status, rdv_source_id, subject_source_id, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, person_id, '2026-01-01'::timestamptz + k * interval '1 day', 'VU', '1', '1',
        't', person_id::text || k, '2026-01-01' FROM access.person, generate_series(1, 3) k;
INSERT INTO people.contract (id, person_id, kind, ends_on, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, 'CER', '2026-06-01', 't', person_id::text, '2026-01-01' FROM access.person;
INSERT INTO access.merged SELECT gen_random_uuid(), person_id FROM access.person;
INSERT INTO people.structure (id) SELECT person_id::text FROM access.person;
INSERT INTO people.orientation (id, person_id, structure_id, pathway, starts_on, source, source_id, as_of)
    SELECT gen_random_uuid(), person_id, person_id::text, 'SOCIAL', '2026-01-01', 't', person_id::text, '2026-01-01'
    FROM access.person;
ANALYZE;
"""
ALL = anyone(R, T)
READ = residual(
    dict.fromkeys(("Person", "Contact", "Constraint", "Appointment", "Motive", "Contract", "Orientation"), ALL),
    {
        **dict.fromkeys(("Contract.endsOn", "Contract.startsOn", "Orientation.startsOn", "Orientation.endsOn"), ALL),
        **dict.fromkeys(("Orientation.pathway", "Appointment.status", "Appointment.day"), ALL),
        **dict.fromkeys(("Person.lastName", "Person.birthName", "Person.contact", "Contact.phones"), ALL),
        **dict.fromkeys(("Person.constraints", "Constraint.theme", "Person.appointments"), ALL),
        **dict.fromkeys(("Appointment.startsAt", "Appointment.motive", "Motive.category"), ALL),
        **dict.fromkeys(("IdentityInput.nir", "IdentityInput.identifier"), anyone(R, T, Fact.NATIONWIDE)),
    },
    PERSON.retentions,
)
AGENDA = """query($f: AppointmentFilter) {
  appointments(filter: $f, orderBy: STARTS_AT_DESC) { nodes { startsAt person { id } } _judged { _access } } }"""
SIGNAL = "query($d: Int!) { %s(days: $d) { nodes { id person { id %s } } _judged { _access } } }"
CONTRACTS = """query($f: ContractFilter) {
  contracts(filter: $f, orderBy: ENDS_ON) { nodes { endsOn person { lastName _access } } _judged { _access } } }"""
ORIENTATIONS = """query($f: OrientationFilter) {
  orientations(filter: $f, orderBy: STARTS_ON_DESC) { nodes { startsOn person { lastName } } _judged { _access } } }"""
CASELOAD = "query($f: PersonFilter) { persons(first: 20, filter: $f, orderBy: LAST_NAME) { nodes { id lastName } } }"
QUERIES: dict[str, tuple[Model, str, dict[str, Any], str]] = {
    "entities": (
        PEOPLE,
        ENTITY % "lastName _access contact { phones _access } constraints { theme _access }",
        {"r": [{"__typename": "Person", "id": person_id(number)} for number in range(1, 21)]},
        link_key(T, "08"),
    ),
    "appointments": (
        APPOINTMENTS,
        ENTITY % "appointments(first: 5) { nodes { startsAt motive { category _access } } pageInfo { endCursor } }",
        {"r": [{"__typename": "Person", "id": person_id(number)} for number in range(1, 21)]},
        link_key(T, "08"),
    ),
    "person": (PEOPLE, "query($id: ID!) { person(id: $id) { lastName } }", {"id": person_id(7)}, link_key(T, "08")),
    "caseload": (PEOPLE, CASELOAD, {}, link_key(R, "agent-007")),
    "agenda": (
        APPOINTMENTS,
        AGENDA,
        {"f": {"startsFrom": "2026-01-02T00:00:00+00:00", "startsBefore": "2026-01-04T00:00:00+00:00"}},
        link_key(R, "agent-007"),
    ),
    "contracts": (
        PEOPLE,
        CONTRACTS,
        {"f": {"endsFrom": "2026-05-01", "endsTo": "2026-07-01"}},
        link_key(R, "agent-007"),
    ),
    "absences": (APPOINTMENTS, SIGNAL % ("repeatedAbsences", ""), {"d": 365}, link_key(R, "agent-007")),
    "contacts": (APPOINTMENTS, SIGNAL % ("lostContacts", ""), {"d": 60}, link_key(R, "agent-007")),
    "ending": (PEOPLE, SIGNAL % ("endingContracts", "lastName"), {"d": 90}, link_key(R, "agent-007")),
    "conflicts": (PEOPLE, SIGNAL % ("conflictingOrientations", "lastName"), {"d": 90}, link_key(R, "agent-007")),
    "orientations": (PEOPLE, ORIENTATIONS, {"f": {"pathway": "SOCIAL"}}, link_key(R, "agent-007")),
    "find": (
        PEOPLE,
        """query($i: IdentityInput!) {
          findPerson(identity: $i) { outcome person { lastName contact { phones } } _judged { _access } } }""",
        {"i": {"nir": "2881399999001", "birthDate": "1988-03-14"}},
        link_key(R, "agent-007"),
    ),
    "search": (PEOPLE, CASELOAD, {"f": {"lastName": "N000007"}}, link_key(T, "08")),
    "beginning": (PEOPLE, CASELOAD, {"f": {"lastNamePrefix": "n0000"}}, link_key(T, "08")),
}


@pytest.fixture(scope="module")
def large(database: Database) -> Database:
    async def populate() -> None:
        connection = await database.connect()
        await connection.execute(POPULATE)
        await connection.close()

    asyncio.run(populate())
    return database


@pytest.mark.parametrize("name", QUERIES)
async def test_no_table_is_read_from_end_to_end_and_no_actor_s_links_at_once(large: Database, name: str) -> None:
    model, query, variables, scope = QUERIES[name]
    actor_context = context(READ, scope)
    statement, call = Compiler(model, b"c" * 32, b"n" * 32).statement(
        query, Query(parse(query)), variables, actor_context
    )
    connection = await large.connect(f"{model.name}_query")
    try:
        assert await connection.execute(begin(call.visible, None)) == BEGUN
        ran = await plan(connection, statement, call)
    finally:
        await connection.close()
    scanned = list(scans(ran))
    assert scanned
    assert [scan for scan in scanned if scan[0] == "Seq Scan"] == []
    assert b"hashed SubPlan" not in orjson.dumps(ran)  # of all links of the actor: a whole département's


@pytest.mark.parametrize("after", [None, person_id(5), person_id(COUNT // 2)], ids=["first", "second", "in the middle"])
async def test_a_page_of_people_costs_what_it_returns(large: Database, after: str | None) -> None:
    """Of 20,000 people, whom the actor may all read: to go to each of them would take 100,000 pages and more."""
    query = "query($a: String) { persons(first: 20, after: $a) { nodes { id lastName } } }"
    actor_context = context(READ, link_key(T, "08"), link_key(R, "agent-007"))
    compiler = Compiler(PEOPLE, b"c" * 32, b"n" * 32)
    document = Query(parse(query))
    variables: dict[str, Any] = {}
    _, call = compiler.statement(query, document, variables, actor_context)
    if after is not None:
        place = next(iter(call.pages.values())).place
        variables["a"] = call.sealer.seal(place, None, after)
    statement, call = compiler.statement(query, document, variables, actor_context)
    connection = await large.connect("people_query")
    try:
        assert await connection.execute(begin(call.visible, None)) == BEGUN
        ran = await plan(connection, statement, call)
    finally:
        await connection.close()
    assert ran["Actual Rows"] == 21
    assert pages_read(ran) < 2_000


@pytest.mark.parametrize("name", ["recordAppointment", "setAppointmentStatus"])
async def test_who_writes_holds_a_person_by_the_index(large: Database, name: str) -> None:
    mutation = APPOINTMENTS.roots[name]
    assert isinstance(mutation, MutationField)
    connection = await large.connect()
    row = await connection.fetchrow("SELECT id::text, person_id::text FROM appointments.appointment LIMIT 1")
    await connection.close()
    assert row is not None
    statement = Statement(hold_sql(mutation), (lambda _: row["id" if mutation.is_of_item else "person_id"],), ())
    connection = await large.connect("appointments_write")
    try:
        await connection.execute(begin([link_key(T, "08")], None, writer="w"))
        ran = await plan(connection, statement, None)  # type: ignore[arg-type]
    finally:
        await connection.close()
    assert ran["Actual Rows"] == 1
    assert [scan for scan in scans(ran) if scan[0] == "Seq Scan"] == []
