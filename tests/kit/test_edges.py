"""A link that would reveal something protected is withheld, and the row with it where ordinary rows have the link."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from schema.categories import Category
from schema.facts import Fact
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.sensitive_organisations import KINDS, sensitivity
from subgraphs.kit.server import Subgraph
from tests.kit.conftest import AGENT, Rows, context, person_id, residual

FOLLOWING = (Clause(int(Fact.REFERENT)),)
ORDINARY, SENSITIVE = "00000000-0000-4000-8000-0000000000c1", "00000000-0000-4000-8000-0000000000c2"
UNDECLARED = "00000000-0000-4000-8000-0000000000c3"
COLLEAGUE = "00000000-0000-4000-8000-0000000000a9"
AGENDA = """query($f: AppointmentFilter) {
  appointments(filter: $f, orderBy: STARTS_AT) { nodes { startsAt } _judged { _access } } }"""
SIRETS: dict[str | None, str] = {ORDINARY: "26080001000033", SENSITIVE: "26080001000025"}


def reading(*values: Fact) -> Residual:
    """Everything is read; what edges reveal, of these categories only."""
    edge = Rule(FOLLOWING, tuple((int(value), FOLLOWING) for value in values))
    plain = ("Person.appointments", "Appointment.startsAt", "Person.orientations", "Orientation.startsOn")
    edges = ("Appointment.organisation", "Appointment.agents", "Person.referent", "Orientation.structure")
    fields: dict[str, Rule | tuple[Clause, ...]] = {
        **dict.fromkeys((*plain, "Referent.agent", "Referent.since", "Referent.structure"), FOLLOWING),
        **dict.fromkeys((*edges, "Person.referentOrganisation"), edge),
    }
    dropped = {"Appointment": edge, "Orientation": edge}
    return residual({"Person": Rule(FOLLOWING), "Referent": Rule(FOLLOWING), **dropped}, fields)


async def entity(subgraph: Subgraph, selection: str, rights: Residual) -> Any:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on Person { " + selection + " } } }"
    representations = [{"__typename": "Person", "id": person_id(1)}]
    answer = await subgraph.execute(query, {"r": representations}, context(rights))
    assert "errors" not in answer, answer
    return answer["data"]["_entities"][0]


async def world(rows: Rows) -> None:
    """One person, with appointments at an ordinary organisation, a sensitive one, none, and one not declared."""
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.sourced("appointments.organisation", id=UNDECLARED, name="Envol", sensitivity="UNKNOWN")
    await rows.sourced("appointments.organisation", id=ORDINARY, name="Maison des solidarités")
    await rows.sourced("appointments.organisation", id=SENSITIVE, name="SPIP", sensitivity="JUST")
    for number, organisation in enumerate((ORDINARY, SENSITIVE, None, UNDECLARED), 1):
        key = f"00000000-0000-4000-8000-00000000000{number}"
        await rows.sourced(
            "appointments.appointment",
            id=key,
            person_id=person_id(1),
            starts_at=datetime(2026, 12, number, 9, tzinfo=UTC),
            status="VU",
            organisation_id=organisation,
            organisation_siret=SIRETS.get(organisation),
            rdv_source_id="1",
            subject_source_id="1",
        )
        if organisation is not None:
            await rows.insert(
                "appointments.appointment_agent", appointment_id=key, agent_id=COLLEAGUE, person_id=person_id(1)
            )


LIST = "appointments(first: 5) { nodes { organisation { id name } agents { id } _access } }"


async def test_an_appointment_at_a_sensitive_organisation_is_as_if_there_were_none(
    rows: Rows, appointments: Subgraph
) -> None:
    """Where every organisation is declared, a missing name would tell; one that nobody declared may be any."""
    await world(rows)
    nodes = (await entity(appointments, LIST, reading()))["appointments"]["nodes"]
    assert len(nodes) == 3
    assert nodes[0]["organisation"] == {"id": ORDINARY, "name": "Maison des solidarités"}
    assert nodes[0]["agents"] == [{"id": COLLEAGUE}]
    assert nodes[1] == nodes[2]
    assert nodes[1]["organisation"] is None
    assert nodes[1]["agents"] == []
    await rows.connection.execute(
        "DELETE FROM appointments.appointment WHERE organisation_id = $1 OR organisation_id IS NULL", UNDECLARED
    )
    nodes = (await entity(appointments, LIST, reading()))["appointments"]["nodes"]
    assert [node["organisation"]["id"] for node in nodes] == [ORDINARY]
    await rows.connection.execute("DELETE FROM appointments.appointment WHERE organisation_id = $1", SENSITIVE)
    assert (await entity(appointments, LIST, reading()))["appointments"]["nodes"] == nodes


async def test_pages_are_cut_after_the_appointments_that_are_not_there(rows: Rows, appointments: Subgraph) -> None:
    await world(rows)
    selection = "appointments(first: 2) { nodes { startsAt } pageInfo { hasNextPage } }"
    connection = (await entity(appointments, selection, reading()))["appointments"]
    assert [node["startsAt"][8:10] for node in connection["nodes"]] == ["01", "03"]
    assert connection["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize(
    ("siret", "days"), [(SIRETS[SENSITIVE], ["01", "02", "03", "04"]), (SIRETS[ORDINARY], ["01", "03", "04"])]
)
async def test_an_organisation_whose_name_tells_keeps_its_own_appointments(
    rows: Rows, appointments: Subgraph, siret: str, days: list[str]
) -> None:
    await world(rows)
    query = "{ appointments(orderBy: STARTS_AT) { nodes { startsAt } } }"
    answer = await appointments.execute(query, {}, context(reading(), organisation=siret))
    assert [node["startsAt"][8:10] for node in answer["data"]["appointments"]["nodes"]] == days


async def test_whoever_has_the_category_sees_the_link_and_no_other_category_opens_it(
    rows: Rows, appointments: Subgraph
) -> None:
    await world(rows)
    nodes = (await entity(appointments, LIST, reading(Fact.VALUE_JUST)))["appointments"]["nodes"]
    assert [node["organisation"] and node["organisation"]["name"] for node in nodes] == [
        "Maison des solidarités",
        "SPIP",
        None,
        "Envol",
    ]
    assert [len(node["agents"]) for node in nodes] == [1, 1, 0, 1]
    care = (await entity(appointments, LIST, reading(Fact.VALUE_SAN)))["appointments"]["nodes"]
    assert care == (await entity(appointments, LIST, reading()))["appointments"]["nodes"]


@pytest.mark.parametrize(
    ("organisation", "days"), [(ORDINARY, [1]), (SENSITIVE, []), (UNDECLARED, []), (COLLEAGUE, []), ("SPIP", [])]
)
async def test_a_filter_by_organisation_finds_no_more_than_the_link_shows(
    rows: Rows, appointments: Subgraph, organisation: str, days: list[int]
) -> None:
    await world(rows)
    variables = {"f": {"organisation": organisation}}
    answer = await appointments.execute(AGENDA, variables, context(reading()))
    assert [int(node["startsAt"][8:10]) for node in answer["data"]["appointments"]["nodes"]] == days
    opened = await appointments.execute(AGENDA, variables, context(reading(Fact.VALUE_JUST)))
    assert len(opened["data"]["appointments"]["nodes"]) == (
        1 if organisation in (ORDINARY, SENSITIVE, UNDECLARED) else 0
    )


async def test_appointments_of_the_caseload_are_filtered_by_day_and_presence(
    rows: Rows, appointments: Subgraph
) -> None:
    await world(rows)
    await rows.person(2)
    between = {"startsFrom": "2026-12-02T09:00:00+00:00", "startsBefore": "2026-12-04T09:00:00+00:00"}
    answer = await appointments.execute(AGENDA, {"f": between}, context(reading()))
    assert answer["data"]["appointments"]["nodes"] == [{"startsAt": "2026-12-03T09:00:00+00:00"}]
    unread = await appointments.execute(AGENDA, {"f": {"status": "VU"}}, context(reading()))
    assert unread["data"]["appointments"]["nodes"] == []
    naive = await appointments.execute(AGENDA, {"f": {"startsFrom": "2026-12-02T09:00:00"}}, context(reading()))
    assert naive["errors"][0]["extensions"]["code"] == "BAD_INPUT"


async def test_a_referent_of_a_sensitive_structure_is_no_referent(rows: Rows, people: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.insert("people.structure", id="di--soin", sensitivity="SAN")
    await rows.insert("people.structure", id="di--agence", sensitivity=None)
    await rows.sourced("people.agent", id=COLLEAGUE, email="colette@example.org")
    selection = (
        "referent { since agent { id } structure { id } } referentOrganisation { id }"
        " orientations { startsOn structure { id } }"
    )
    nobody = await entity(people, selection, reading())
    assert nobody == {"referent": None, "referentOrganisation": None, "orientations": []}

    async def follow(structure: str, since: date) -> None:
        columns = {"person_id": person_id(1), "structure_id": structure}
        for table, more in (
            ("referent", {"agent_id": COLLEAGUE, "since": since}),
            ("orientation", {"starts_on": since}),
        ):
            await rows.sourced(
                f"people.{table}", id=f"{since.year:08}-0000-4000-8000-{len(table):012}", **columns, **more
            )
        await rows.connection.execute("UPDATE people.person SET structure_id = $1", structure)

    await follow("di--soin", date(2026, 1, 1))
    assert await entity(people, selection, reading(Fact.VALUE_JUST)) == nobody
    assert (await entity(people, selection, reading(Fact.VALUE_SAN)))["referent"]["structure"] == {"id": "di--soin"}
    await follow("di--agence", date(2025, 1, 1))
    assert await entity(people, selection, reading()) == {
        "referent": {"since": "2025-01-01", "agent": {"id": COLLEAGUE}, "structure": {"id": "di--agence"}},
        "referentOrganisation": {"id": "di--agence"},
        "orientations": [{"startsOn": "2025-01-01", "structure": {"id": "di--agence"}}],
    }


@pytest.mark.parametrize("stub", ["Structure", "Agent"])
async def test_a_stub_resolves_nothing(rows: Rows, appointments: Subgraph, stub: str) -> None:
    query = "query($r: [_Any!]!) { _entities(representations: $r) { __typename } }"
    variables = {"r": [{"__typename": stub, "id": COLLEAGUE}]}
    answer = await appointments.execute(query, variables, context(reading()))
    assert (answer.get("data") or {}).get("_entities") in (None, [None])


@pytest.mark.parametrize(
    ("kind", "name", "category"),
    [
        (None, "SPIP des Ardennes", Category.JUST),
        (None, "Service pénitentiaire d’insertion et de probation", Category.JUST),
        (None, "Csapa Le Pont", Category.SAN),
        (None, "Maison des solidarités de Rethel", None),
        (None, "Spiperie du Centre", None),
        (None, None, None),
        ("caarud", "Association Rivage", Category.SAN),
        ("SEJ", "Association Rivage", Category.SEJ),
        ("autre chose", "Association Rivage", Category.JUST),
    ],
)
def test_what_an_organisation_reveals_is_said_by_its_kind_else_by_its_name(
    kind: str | None, name: str | None, category: Category | None
) -> None:
    assert sensitivity(kind, name) is category


def test_the_kinds_that_partners_already_hide_are_all_on_the_list() -> None:
    assert {"ASE", "CAARUD", "CIDFF", "CSAPA", "PENSION", "PJJ", "PREVENTION", "SPIP"} <= KINDS.keys()
