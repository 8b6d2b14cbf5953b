"""What a statement's text holds: the shape and the masks of the residual, never a value; snapshots of a few shapes.

`SNAPSHOTS=write python -m pytest tests/kit/test_statement.py` writes the snapshots again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import orjson
import pytest
from graphql import parse

from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from subgraphs.appointments.queries import MODEL as APPOINTMENTS
from subgraphs.kit.compiler import Compiler
from subgraphs.kit.document import Query
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.statement import Call, Statement
from subgraphs.kit.subgraph_model import Model
from subgraphs.people.queries import MODEL as PEOPLE
from tests.kit.conftest import AGENT, SIRET, anyone, context, person_id, residual

SNAPSHOTS = Path(__file__).parent / "statements"
R, T = Fact.REFERENT, Fact.TERRITORY
RETENTIONS = ((int(Fact.JOURNEY_ENDED), 730),)
PERSON = residual(
    {"Person": anyone(R, T), "Contact": anyone(R, T), "Address": anyone(R, T)},
    {
        "Person.firstName": anyone(R, T),
        "Person.birthDate": Rule(anyone(R), (), anyone(T), "year_start"),
        "Person.lastName": (Clause(int(R), 0, int(Fact.OPPOSITION)),),
        "Person.contact": anyone(R, T),
        "Contact.address": anyone(R),
        "Address.cityCode": anyone(R, T),
    },
    RETENTIONS,
)
APPOINTMENT = residual(
    {"Person": anyone(R), "Appointment": anyone(R), "Motive": anyone(R)},
    {
        "Person.appointments": anyone(R),
        "Appointment.startsAt": anyone(R),
        "Appointment.motive": anyone(R),
        "Motive.category": Rule(anyone(R), ((int(Fact.VALUE_SAN), (Clause(int(R), int(Fact.RECORDED)),)),)),
    },
)
CONSTRAINT = residual(
    {"Person": anyone(R), "Constraint": Rule(anyone(R), ((int(Fact.VALUE_SAN), anyone(R)),))},
    {"Person.constraints": anyone(R), "Constraint.theme": anyone(R)},
)
MATCHING = residual(
    {"Person": anyone(R, Fact.NATIONWIDE)},
    {
        "IdentityInput.nir": anyone(Fact.NATIONWIDE),
        "IdentityInput.departmentIdentifier": (Clause(int(R), 0, int(Fact.OPPOSITION)),),
        "Person.firstName": anyone(R, Fact.NATIONWIDE),
    },
    RETENTIONS,
)
ENTITY = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { %s } } }"
SHAPES: dict[str, tuple[Model, Residual, str]] = {
    "entity": (PEOPLE, PERSON, ENTITY % "id firstName lastName birthDate _access contact { address { cityCode } }"),
    "dropped-values": (PEOPLE, CONSTRAINT, ENTITY % "constraints { theme _access }"),
    "connection": (
        APPOINTMENTS,
        APPOINTMENT,
        ENTITY % "appointments(first: 5) { nodes { startsAt motive { category _access } } pageInfo { hasNextPage } }",
    ),
    "caseload": (
        PEOPLE,
        PERSON,
        """query($f: PersonFilter, $a: String) { persons(filter: $f, after: $a, orderBy: LAST_NAME) {
            nodes { id firstName } pageInfo { endCursor } _judged { _access } } }""",
    ),
    "search": (PEOPLE, PERSON, "query($s: PersonFilter) { persons(filter: $s) { nodes { id firstName } } }"),
    "find": (
        PEOPLE,
        MATCHING,
        """query($i: IdentityInput!) {
          findPerson(identity: $i) { outcome person { id firstName _access } _judged { _access } } }""",
    ),
    "denied": (PEOPLE, Residual(), ENTITY % "id firstName"),
}
VALUES = {
    "r": [{"__typename": "Person", "id": person_id(7)}],
    "f": {"cityCode": "08362"},
    "s": {"lastName": "Kerbrat"},
    "i": {"nir": "2881399999001", "birthDate": "1988-03-14"},
}


def compiled(model: Model, rights: Residual, query: str) -> tuple[Statement, Call]:
    compiler = Compiler(model, b"c" * 32, b"n" * 32)
    actor_context = context(rights)
    if "$a" in query:
        _, call = compiler.statement(query, Query(parse(query)), VALUES, actor_context)
        page = next(iter(call.pages.values()))
        values = {**VALUES, "a": call.sealer.seal(page.place, "KERBRAT", person_id(8))}
        return compiler.statement(query, Query(parse(query)), values, actor_context)
    return compiler.statement(query, Query(parse(query)), VALUES, actor_context)


@pytest.mark.parametrize("name", SHAPES)
def test_statement_text_is_the_snapshot(name: str) -> None:
    statement, _ = compiled(*SHAPES[name])
    path = SNAPSHOTS / f"{name}.sql"
    text = "\n".join(line.rstrip() for line in statement.sql.splitlines()) + "\n"
    if os.environ.get("SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHAPES)
def test_values_are_parameters_only(name: str) -> None:
    statement, call = compiled(*SHAPES[name])
    for value in (person_id(7), person_id(8), "Kerbrat", "KERBRAT", "08362", AGENT, SIRET, "2026"):
        assert value not in statement.sql
    arguments = statement.arguments(call)
    assert len(set(re.findall(r"\$\d+", statement.sql))) == len(arguments)


def test_statement_depends_on_shape_and_residual_and_on_nothing_else() -> None:
    compiler = Compiler(PEOPLE, b"c" * 32)
    query = SHAPES["caseload"][2]
    parsed = Query(parse(query))
    first, _ = compiler.statement(query, parsed, {"f": {"lastName": "A"}}, context(PERSON))
    other_actor = context(PERSON, "64 2A", organisation=None, actor="b", purpose="orientation")
    again, _ = compiler.statement(query, parsed, {"f": {"lastName": "B"}}, other_actor)
    assert first is again
    no_filter, _ = compiler.statement(query, parsed, {"f": {"lastName": None}}, context(PERSON))
    other_residual, _ = compiler.statement(query, parsed, {"f": {"lastName": "A"}}, context(CONSTRAINT))
    assert len({first.sql, no_filter.sql, other_residual.sql}) == 3


def test_facts_of_a_person_are_computed_once_below_it() -> None:
    query = ENTITY % "_access contact { phones _access address { city _access } } constraints { theme _access }"
    statement, _ = compiled(PEOPLE, PERSON, query)
    assert statement.sql.count("access.link") == 1


def test_denied_column_is_not_in_the_statement() -> None:
    statement, _ = compiled(PEOPLE, CONSTRAINT, ENTITY % "firstName lastName constraints { state }")
    for column in ("first_name", "last_name", "state"):
        assert column not in statement.sql


def test_clauses_that_the_row_implies_are_not_tested_again() -> None:
    statement, _ = compiled(PEOPLE, CONSTRAINT, ENTITY % "constraints { theme }")
    assert not re.search(r"CASE WHEN \(f\d+\.v", statement.sql)


@pytest.mark.parametrize(("row", "person"), [(["NONE", None], None), (["ONE", True], {})])
def test_found_person_without_a_field_left_is_an_object_or_null(row: list[object], person: object) -> None:
    query = """query($i: IdentityInput!) {
        findPerson(identity: $i) { outcome person { id @skip(if: true) } __typename _judged { _access } } }"""
    statement, call = compiled(PEOPLE, MATCHING, query)
    answer = {"outcome": row[0], "person": person, "__typename": "PersonMatch", "_judged": []}
    assert statement.read([[orjson.dumps([row]), b"[]"]], call) == {"findPerson": answer}


@pytest.mark.parametrize("below", ["outcome", "outcome person { _access }", "outcome _judged { id }"])
def test_a_search_is_refused_where_nobody_asks_whom_it_names(below: str) -> None:
    query = f"query($i: IdentityInput!) {{ findPerson(identity: $i) {{ {below} }} }}"
    with pytest.raises(RequestFailed) as refused:
        compiled(PEOPLE, MATCHING, query)
    assert refused.value.code == "FORBIDDEN_INPUT"
