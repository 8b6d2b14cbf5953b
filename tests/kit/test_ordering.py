"""Lists: pages of n + 1 rows after the residual, orders, filters, and cursors that belong to one actor and one list."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from schema.facts import Fact
from schema.residual import Clause, Residual
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, SIRET, Rows, anyone, context, person_id, residual

R, T = Fact.REFERENT, Fact.TERRITORY
FOLLOWING = anyone(R)
SCOPES = (f"{int(R)} {AGENT}", f"{int(T)} 08")
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
CASELOAD = """query($first: Int, $after: String, $filter: PersonFilter, $by: PersonOrder) {
    persons(first: $first, after: $after, filter: $filter, orderBy: $by) {
      nodes { id lastName birthDate } _judged { _access } %s } }"""
NAMES = ["Person.lastName", "Person.birthDate", "Person.birthName"]
ALL = residual({"Person": anyone(R, T)}, dict.fromkeys(NAMES, anyone(R, T)))


async def add_appointments(rows: Rows, count: int, person: int = 1, **values: Any) -> None:
    for number in range(count):
        rows.count += 1
        variables = {
            "id": person_id(1000 + rows.count),
            "person_id": person_id(person),
            "starts_at": datetime(2026, 1 + number, 1, 9, tzinfo=UTC),
            "status": "INCONNU",
            "rdv_source_id": str(rows.count),
            "subject_source_id": "1",
            **values,
        }
        await rows.sourced("appointments.appointment", **variables)


APPOINTMENTS = residual(
    {"Person": FOLLOWING, "Appointment": (Clause(int(R), 0, int(Fact.RECORDED)),)},
    {"Person.appointments": FOLLOWING, "Appointment.startsAt": FOLLOWING},
)


async def page(subgraph: Subgraph, rights: Residual = APPOINTMENTS, **arguments: Any) -> Any:
    query = """query($r: [_Any!]!, $first: Int, $after: String) { _entities(representations: $r) { ... on Person {
        appointments(first: $first, after: $after) { nodes { id startsAt } edges { cursor node { id } } %s } } } }"""
    variables = {"r": [{"__typename": "Person", "id": person_id(1)}], **arguments}
    answer = await subgraph.execute(query % PAGE, variables, context(rights))
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    return answer["data"]["_entities"][0]["appointments"]


async def test_next_page_is_known_after_the_drop(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 3)
    await add_appointments(rows, 4, recorded_by=SIRET)
    three = await page(appointments, first=3)
    assert len(three["nodes"]) == 3
    assert three["pageInfo"]["hasNextPage"] is False
    two = await page(appointments, first=2)
    assert len(two["nodes"]) == 2
    assert two["pageInfo"]["hasNextPage"] is True


async def test_a_page_is_as_large_as_the_context_lets_it_be(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 3)
    query = "query($first: Int) { appointments(first: $first) { nodes { id } } }"
    large = context(APPOINTMENTS)._replace(page=1000)
    assert len((await appointments.execute(query, {"first": 1000}, large))["data"]["appointments"]["nodes"]) == 3
    for first, call_context in ((1001, large), (101, context(APPOINTMENTS))):
        answer = await appointments.execute(query, {"first": first}, call_context)
        assert answer["errors"][0]["extensions"]["code"] == "BAD_FIRST"


async def test_dropped_rows_leave_no_trace_in_a_page(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 3)
    before = await page(appointments, first=2)
    await add_appointments(rows, 5, recorded_by=SIRET)
    after = await page(appointments, first=2)
    assert after["nodes"] == before["nodes"]
    assert after["pageInfo"]["hasNextPage"] == before["pageInfo"]["hasNextPage"]


async def test_pages_follow_each_other_to_the_end(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 5)
    await add_appointments(rows, 2)  # the same instants twice: the id decides
    ids: list[str] = []
    cursor, pages = None, 0
    while True:
        rights = await page(appointments, first=3, after=cursor)
        assert rights["pageInfo"]["hasPreviousPage"] is (cursor is not None)
        assert [edge["node"]["id"] for edge in rights["edges"]] == [node["id"] for node in rights["nodes"]]
        assert rights["edges"][0]["node"]["id"] not in ids
        ids += [node["id"] for node in rights["nodes"]]
        pages += 1
        if not rights["pageInfo"]["hasNextPage"]:
            break
        cursor = rights["pageInfo"]["endCursor"]
    assert (len(ids), len(set(ids)), pages) == (7, 7, 3)


async def test_rows_are_in_the_declared_order(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 5)
    starts = [node["startsAt"] for node in (await page(appointments))["nodes"]]
    assert all(first < second for first, second in pairwise(starts))
    assert starts[0] == "2026-01-01T09:00:00+00:00"


async def test_order_by_a_field_that_is_not_read_is_the_order_of_ids(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 4)
    await rows.connection.execute(
        "UPDATE appointments.appointment SET starts_at = '2026-06-01T00:00:00Z'::timestamptz - (starts_at - "
        "'2026-06-01T00:00:00Z'::timestamptz)"
    )
    rights = residual(APPOINTMENTS.rows, {"Person.appointments": FOLLOWING})
    nodes = (await page(appointments, rights))["nodes"]
    assert [node["id"] for node in nodes] == sorted(node["id"] for node in nodes)
    assert {node["startsAt"] for node in nodes} == {None}


@pytest.mark.parametrize("first", [0, -1, 101, "3", True, 2.0])
async def test_first_is_from_1_to_100(rows: Rows, appointments: Subgraph, first: Any) -> None:
    await rows.person(1, (R, AGENT))
    assert await page(appointments, first=first) == "BAD_FIRST"


@pytest.mark.parametrize("cursor", ["", "x", "éé", "AAAA", "A" * 80, 5, ["x"]])
async def test_cursor_that_is_not_ours_is_forbidden(rows: Rows, appointments: Subgraph, cursor: Any) -> None:
    await rows.person(1, (R, AGENT))
    assert await page(appointments, after=cursor) == "FORBIDDEN_INPUT"


async def caseload(subgraph: Subgraph, rights: Residual = ALL, actor: str = AGENT, **arguments: Any) -> Any:
    purpose = arguments.pop("purpose", "suivi")
    answer = await subgraph.execute(CASELOAD % PAGE, arguments, context(rights, *SCOPES, actor=actor, purpose=purpose))
    if "errors" in answer:
        return answer["errors"][0]["extensions"]["code"]
    return answer["data"]["persons"]


async def people_in_order(rows: Rows) -> None:
    for number, (name, born) in enumerate(
        [("Solen", date(1990, 1, 1)), ("Aubin", date(1980, 1, 1)), (None, None), ("Kerbrat", date(1970, 1, 1))], 1
    ):
        relation = (R, AGENT) if number % 2 else (T, "08")
        await rows.person(number, relation, last_name=name, last_name_key=name and name.upper(), birth_date=born)
    await rows.person(9, last_name="Unlinked", last_name_key="UNLINKED")


async def test_caseload_holds_linked_people_once(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    await rows.link(1, T, "08")
    rights = await caseload(people)
    assert [node["id"] for node in rights["nodes"]] == [person_id(number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("by", "expected"), [("LAST_NAME", [2, 4, 1, 3]), ("BIRTH_DATE", [4, 2, 1, 3]), (None, [1, 2, 3, 4])]
)
async def test_caseload_orders_nulls_last_and_pages_through(
    rows: Rows, people: Subgraph, by: str | None, expected: list[int]
) -> None:
    await people_in_order(rows)
    ids, cursor = [], None
    while True:
        rights = await caseload(people, first=1, after=cursor, by=by)
        ids += [node["id"] for node in rights["nodes"]]
        if not rights["pageInfo"]["hasNextPage"]:
            break
        cursor = rights["pageInfo"]["endCursor"]
    assert ids == [person_id(number) for number in expected]


async def test_pages_by_id_have_all_who_pass_once_however_few_follow_each_other(rows: Rows, people: Subgraph) -> None:
    """Between those who pass stand people whose links have ended or are to come, who objected, or who fail the filter,
    in runs longer than a page; some are linked twice by one scope, or by both."""
    passing = [1, 2, 9, 10, 11, 24, 31]
    for number in range(1, 32):
        born = date(1980, 1, 1) if number in passing or number % 3 == 0 else date(1970, 1, 1)
        restrictions = int(Fact.OPPOSITION) if number not in passing and number % 3 == 0 else 0
        await rows.person(number, birth_date=born, access={"restrictions": restrictions})
        links = [(R, AGENT)] if number % 2 else [(T, "08")]
        for relation, scope in links + ([(T, "08")] * 2 if number % 4 > 1 else []):
            await rows.link(number, relation, scope)
    for number, days in ((32, {"until": date(2026, 1, 2)}), (33, {"since": date(2027, 1, 1)})):
        await rows.person(number, birth_date=date(1980, 1, 1))
        await rows.link(number, T, "08", **days)
    some = (Clause(int(R | T), 0, int(Fact.OPPOSITION)),)
    rights = residual({"Person": some}, dict.fromkeys(NAMES, some))
    for size in (1, 2, 3, 5, 100):
        ids: list[str] = []
        cursor = None
        while True:
            answer = await caseload(people, rights, first=size, after=cursor, filter={"birthDateFrom": "1975-01-01"})
            assert len(answer["nodes"]) <= size
            ids += [node["id"] for node in answer["nodes"]]
            if not answer["pageInfo"]["hasNextPage"]:
                break
            assert len(answer["nodes"]) == size
            cursor = answer["pageInfo"]["endCursor"]
        assert ids == [person_id(number) for number in passing]


async def test_sort_by_a_value_that_only_some_rows_show_ranks_the_others_as_null(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    rights = residual({"Person": anyone(R, T)}, {"Person.lastName": anyone(R)})
    answer = await caseload(people, rights, by="LAST_NAME")
    assert [(node["id"], node["lastName"]) for node in answer["nodes"]] == [
        (person_id(1), "Solen"),
        (person_id(2), None),
        (person_id(3), None),
        (person_id(4), None),
    ]


async def test_filter_compares_only_what_is_read_of_the_row(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    rights = residual({"Person": anyone(R, T)}, {"Person.lastName": anyone(R)})
    for name, expected in (("Solén", [person_id(1)]), ("AUBIN", [])):
        answer = await caseload(people, rights, filter={"lastName": name})
        assert [node["id"] for node in answer["nodes"]] == expected


@pytest.mark.parametrize("variables", [{"birthDateFrom": "1900-01-01"}, {"lastName": "Solen"}, {"rsaStatus": "CLOS"}])
async def test_filter_on_what_is_denied_finds_nobody(rows: Rows, people: Subgraph, variables: dict[str, str]) -> None:
    await people_in_order(rows)
    rights = residual(ALL.rows, {})
    assert (await caseload(people, rights, filter=variables))["nodes"] == []


@pytest.mark.parametrize("judged", ["", "_judged { __typename }", "_judged { id } "])
async def test_a_criterion_that_judges_is_refused_where_nobody_asks_whom(
    rows: Rows, people: Subgraph, judged: str
) -> None:
    await people_in_order(rows)
    query = f"query($f: PersonFilter) {{ persons(filter: $f) {{ nodes {{ id }} {judged} }} }}"
    for criteria, code in (
        ({"birthDateFrom": "1975-01-01"}, "FORBIDDEN_INPUT"),
        ({"lastName": "Solen", "rsaStatus": "CLOS"}, "FORBIDDEN_INPUT"),
        ({"lastName": "Solen"}, None),
        ({"birthDateFrom": None}, None),
    ):
        answer = await people.execute(query, {"f": criteria}, context(ALL, *SCOPES))
        assert [error["extensions"]["code"] for error in answer.get("errors", ())] == ([code] if code else [])


async def test_filters_are_all_required(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    bounds = {"birthDateFrom": "1975-01-01", "birthDateTo": "1985-12-31"}
    answer = await caseload(people, filter=bounds)
    assert [node["id"] for node in answer["nodes"]] == [person_id(2)]
    assert (await caseload(people, filter={**bounds, "lastName": "Solen"}))["nodes"] == []
    assert len((await caseload(people, filter={"lastName": None}))["nodes"]) == 4


async def test_birth_name_passes_where_it_is_read(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT), last_name="Solen", last_name_key="SOLEN", birth_name_key="TREVIDIC")
    assert len((await caseload(people, filter={"lastName": "Trévidic"}))["nodes"]) == 1
    without = residual(ALL.rows, dict.fromkeys(NAMES[:2], anyone(R, T)))
    assert (await caseload(people, without, filter={"lastName": "Trévidic"}))["nodes"] == []


@pytest.mark.parametrize(
    ("prefix", "numbers"),
    [
        ("SOL", [1]),
        ("solén", [1]),
        ("Tré", [1, 2]),
        ("d'Ar", [3]),
        ("D ARC", [3]),
        ("SOLENN", []),
        ("zzz", []),
        ("TREZ", [2]),
    ],
)
async def test_a_prefix_finds_either_name_by_its_letters(
    rows: Rows, people: Subgraph, prefix: str, numbers: list[int]
) -> None:
    await rows.person(1, (R, AGENT), last_name="Solen", last_name_key="SOLEN", birth_name_key="TREVIDIC")
    await rows.person(2, (R, AGENT), last_name_key="TREZ ZZ")
    await rows.person(3, (R, AGENT), last_name_key="D ARC", birth_name_key="ARC")
    await rows.person(4, last_name_key="SOLEN", birth_name_key="TREZ")
    nodes = (await caseload(people, filter={"lastNamePrefix": prefix}))["nodes"]
    assert [node["id"] for node in nodes] == [person_id(number) for number in numbers]
    without = residual(ALL.rows, dict.fromkeys(NAMES[:2], anyone(R, T)))
    read = (await caseload(people, without, filter={"lastNamePrefix": prefix}))["nodes"]
    assert [node["id"] for node in read] == [person_id(number) for number in numbers if (prefix, number) != ("Tré", 1)]


async def test_filter_through_objects_obeys_each_edge(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await rows.sourced(
        "people.contact",
        person_id=person_id(1),
        phones=[],
        origin="PERSONNE",
        authorisation="I",
        city_code="08362",
    )
    types = dict.fromkeys(("Person", "Contact", "Address"), FOLLOWING)
    path = ("Person.contact", "Contact.address", "Address.cityCode")
    variables: dict[str, Any] = {"filter": {"cityCode": "08362"}}
    assert len((await caseload(people, residual(types, dict.fromkeys(path, FOLLOWING)), **variables))["nodes"]) == 1
    for missing in path:
        fields = {name: FOLLOWING for name in path if name != missing}
        assert (await caseload(people, residual(types, fields), **variables))["nodes"] == []
    for missing in ("Contact", "Address"):
        some = {name: FOLLOWING for name in types if name != missing}
        assert (await caseload(people, residual(some, dict.fromkeys(path, FOLLOWING)), **variables))["nodes"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"birthDateFrom": "1975-13-01"},
        {"birthDateFrom": 5},
        {"lastName": 5},
        {"lastName": "a\x00"},
        *({"lastNamePrefix": prefix} for prefix in (5, "", "ab", "é!b", "___", "%%%", "a\x00bc")),
        {"cityCode": []},
        {"rsaStatus": "NOTHING"},
        {"nothing": 1},
        "x",
    ],
)
async def test_wrong_filter_is_refused_without_echo(people: Subgraph, wrong: Any) -> None:
    answer = await people.execute(CASELOAD % PAGE, {"filter": wrong}, context(ALL))
    assert answer["errors"][0]["extensions"]["code"] == "BAD_INPUT"
    assert "1975-13-01" not in str(answer)


async def test_cursor_serves_its_actor_purpose_order_and_filter_only(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    cursor = (await caseload(people, first=1, by="LAST_NAME"))["pageInfo"]["endCursor"]
    assert len((await caseload(people, after=cursor, by="LAST_NAME"))["nodes"]) == 3
    refused: list[dict[str, Any]] = [
        {"by": "LAST_NAME", "actor": "00000000-0000-4000-8000-0000000000b2"},
        {"by": "LAST_NAME", "purpose": "orientation"},
        {"by": "BIRTH_DATE"},
        {},
        {"by": "LAST_NAME", "filter": {"birthDateFrom": "1975-01-01"}},
    ]
    for cursor_of_another in refused:
        assert await caseload(people, after=cursor, **cursor_of_another) == "FORBIDDEN_INPUT"
    altered = cursor[:-2] + ("A" if cursor[-2] != "A" else "B") + cursor[-1]
    assert await caseload(people, after=altered, by="LAST_NAME") == "FORBIDDEN_INPUT"


async def test_cursor_tells_nothing_of_the_row(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    first = (await caseload(people, first=1, by="LAST_NAME"))["pageInfo"]["endCursor"]
    again = (await caseload(people, first=1, by="LAST_NAME"))["pageInfo"]["endCursor"]
    assert first != again
    assert "AUBIN" not in first


async def test_me_is_the_person_of_the_self_scope(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.SELF, person_id(1)), last_name="Solen")
    await rows.person(2, (Fact.SELF, person_id(2)))
    rights = residual({"Person": anyone(Fact.SELF, R)}, {"Person.lastName": anyone(Fact.SELF)})
    query = "{ me { id lastName } }"
    answer = await people.execute(query, {}, context(rights, f"{int(Fact.SELF)} {person_id(1)}"))
    assert answer == {"data": {"me": {"id": person_id(1), "lastName": "Solen"}}}
    assert await people.execute(query, {}, context(rights)) == {"data": {"me": None}}


async def test_root_fields_share_one_statement(rows: Rows, people: Subgraph) -> None:
    await people_in_order(rows)
    query = """query($id: ID!, $other: ID!) { kind: __typename a: person(id: $id) { lastName birthDate }
        b: person(id: $other) { id } persons(first: 2) { nodes { birthDate } pageInfo { hasNextPage } } }"""
    before = people.statements
    answer = await people.execute(query, {"id": person_id(1), "other": "nobody"}, context(ALL, *SCOPES))
    assert answer == {
        "data": {
            "kind": "Query",
            "a": {"lastName": "Solen", "birthDate": "1990-01-01"},
            "b": None,
            "persons": {
                "nodes": [{"birthDate": "1990-01-01"}, {"birthDate": "1980-01-01"}],
                "pageInfo": {"hasNextPage": True},
            },
        }
    }
    assert people.statements == before + 1


async def test_value_is_the_same_text_in_a_row_and_in_a_list(rows: Rows, appointments: Subgraph) -> None:
    await rows.person(1, (R, AGENT))
    await add_appointments(rows, 1)
    query = """query($r: [_Any!]!) { _entities(representations: $r) { ... on Appointment { id startsAt } } }"""
    rows_id = (await page(appointments))["nodes"][0]["id"]
    alone = await appointments.execute(
        query, {"r": [{"__typename": "Appointment", "id": rows_id}]}, context(APPOINTMENTS)
    )
    assert alone["data"]["_entities"] == (await page(appointments))["nodes"]
