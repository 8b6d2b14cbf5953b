"""Attacks by inputs: filters, sort keys and cursors reveal what they are bound to. Each test is named after its row of
docs/attaques.md."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest

from tests.attacks.test_elimination import journalled
from tests.conftest import Database
from tests.e2e.canary_inside import Inside
from tests.e2e.canary_world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

BY_STATUS = "query ($f: PersonFilter) { persons(filter: $f) { nodes { id } } }"
CLOSED = {"rsaStatus": "CLOS"}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (BY_STATUS, {"f": CLOSED}),
        ("{ persons(filter: { rsaStatus: CLOS }) { nodes { id } } }", {}),
        ("query ($s: RsaStatus) { persons(filter: { rsaStatus: $s }) { nodes { id } } }", {"s": "CLOS"}),
        ("query ($s: RsaStatus = CLOS) { persons(filter: { rsaStatus: $s }) { nodes { id } } }", {}),
        ('{ a: persons(first: 1, filter: { lastName: "x", rsaStatus: CLOS }) { nodes { id } } }', {}),
        ("{ persons(filter: { rsaStatus: CLOS }) { pageInfo { hasNextPage } } }", {}),
        ("{ ...F } fragment F on Query { persons(filter: { rsaStatus: CLOS }) { __typename } }", {}),
    ],
)
async def test_12_a_filter_on_what_is_not_read_is_refused_wherever_its_value_comes_from(
    hub: Inside, query: str, variables: dict[str, Any]
) -> None:
    got = await hub.ask("employeur", query, variables)
    assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


async def test_12_36_a_criterion_of_an_excluded_field_is_neither_used_nor_refused(hub: Inside) -> None:
    query = """query ($s: RsaStatus, $x: Boolean!) {
      persons { nodes { id } } ...F @skip(if: $x)
      a: persons(filter: { rsaStatus: $s }) @include(if: $x) { nodes { id } }
    }
    fragment F on Query { b: persons(filter: { rsaStatus: $s }) @include(if: $x) { nodes { id } } }"""
    excluded = await hub.ask("employeur", query, {"s": "CLOS", "x": False})
    assert "errors" not in excluded.json
    assert excluded.data == (await hub.ask("employeur", "{ persons { nodes { id } } }")).data
    included = await hub.ask("employeur", query, {"s": "CLOS", "x": True})
    assert (included.status, included.code, included.calls) == (403, "FORBIDDEN_INPUT", {})


async def test_12_a_filter_is_decided_for_the_purpose_of_the_request(hub: Inside) -> None:
    got = await hub.ask("referent-a", BY_STATUS, {"f": CLOSED}, purpose="formation")
    assert (got.status, got.code, got.calls) == (403, "FORBIDDEN_INPUT", {})


async def test_12_a_filter_left_out_or_null_reveals_nothing_and_is_free(hub: Inside, world: World) -> None:
    free: list[dict[str, Any]] = [{}, {"f": None}, {"f": {}}, {"f": {"rsaStatus": None}}]
    answers = {(await hub.ask("employeur", BY_STATUS, variables)).body for variables in free}
    assert len(answers) == 1


async def test_12_a_filter_on_what_is_read_works(hub: Inside, world: World) -> None:
    got = await hub.ask("referent-b", BY_STATUS, {"f": {"rsaStatus": "DROIT_OUVERT_ET_SUSPENDU"}})
    assert [node["id"] for node in got.data["persons"]["nodes"]] == [world.persons["xandrovu"]]


@pytest.mark.parametrize("order", ["NIR", "FIRST_NAME", "id", "last_name_key"])
async def test_13_only_declared_sort_keys_exist(hub: Inside, order: str) -> None:
    query = "query ($o: PersonOrder) { persons(orderBy: $o) { nodes { id } } }"
    got = await hub.ask("referent-a", query, {"o": order})
    assert (got.status, got.calls) == (400, {})
    assert order.encode() not in got.body


async def cursor(hub: Inside, actor: str, arguments: str) -> str:
    """The first cursor of the actor's caseload."""
    got = await hub.ask(actor, f"{{ persons{arguments} {{ edges {{ cursor }} }} }}")
    return str(got.data["persons"]["edges"][0]["cursor"])


def altered(text: str) -> str:
    data = bytearray(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    data[len(data) // 2] ^= 1
    return urlsafe_b64encode(bytes(data)).rstrip(b"=").decode()


def respelt(text: str) -> list[str]:
    """Other texts that a lenient reader of Base64 takes for the same bytes."""
    return [text + "=", text + "====", f"{text}\n", f" {text}", f"{text[:9]}*{text[9:]}", f"{text[:4]}=={text[4:]}",
            *(text[:-1] + last for last in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if last != text[-1])]  # fmt: skip


async def test_13_a_cursor_serves_its_actor_purpose_order_and_filter_alone(hub: Inside, world: World) -> None:
    own = await cursor(hub, "referent-a", "(orderBy: LAST_NAME)")
    query = "query ($c: String, $o: PersonOrder, $n: String) {\
 persons(after: $c, orderBy: $o, filter: { lastName: $n }) { nodes { id } } }"
    good = await hub.ask("referent-a", query, {"c": own, "o": "LAST_NAME"})
    assert "errors" not in good.json
    refused = [
        await hub.ask("referent-b", query, {"c": own, "o": "LAST_NAME"}),
        await hub.ask("employeur", query, {"c": own, "o": "LAST_NAME"}),
        await hub.ask("referent-a", query, {"c": own, "o": "LAST_NAME"}, purpose="formation"),
        await hub.ask("referent-a", query, {"c": own, "o": "BIRTH_DATE"}),
        await hub.ask("referent-a", query, {"c": own}),
        await hub.ask("referent-a", query, {"c": own, "o": "LAST_NAME", "n": "Vurnibal"}),
        await hub.ask("referent-a", query, {"c": altered(own), "o": "LAST_NAME"}),
        await hub.ask("referent-a", query, {"c": own[:-4], "o": "LAST_NAME"}),
        *[await hub.ask("referent-a", query, {"c": spelling, "o": "LAST_NAME"}) for spelling in respelt(own)],
        await hub.ask("referent-a", query, {"c": "", "o": "LAST_NAME"}),
        await hub.ask("referent-a", query, {"c": "é" * 40, "o": "LAST_NAME"}),
    ]
    for got in refused:
        assert got.data == {"persons": None}
        assert got.code == "FORBIDDEN_INPUT"
    assert len({got.body for got in refused}) == 1


async def test_13_a_cursor_below_a_person_serves_its_actor_alone(hub: Inside, world: World) -> None:
    query = (
        "query ($id: ID!, $c: String) { person(id: $id) { appointments(first: 1, after: $c) { edges { cursor } } } }"
    )
    first = await hub.ask("referent-b", query, {"id": world.persons["xandrovu"]})
    own = first.data["person"]["appointments"]["edges"][0]["cursor"]
    assert "errors" not in (await hub.ask("referent-b", query, {"id": world.persons["xandrovu"], "c": own})).json
    foreign = await hub.ask("referent-a", query, {"id": world.persons["vurnibal"], "c": own})
    assert foreign.code == "FORBIDDEN_INPUT"


async def test_14_a_name_is_found_whole_never_by_a_part(hub: Inside, world: World) -> None:
    """Equality on normalised columns: no wildcard, no prefix, no pattern of SQL."""
    query = "query ($n: String) { persons(filter: { lastName: $n }) { nodes { id } } }"
    whole = await hub.ask("referent-a", query, {"n": "vurnibal"})
    assert [node["id"] for node in whole.data["persons"]["nodes"]] == [world.persons["vurnibal"]]
    for part in ("vur", "vurnib%", "_urnibal", "%", "*", "vurnibal' OR '1'='1", "Zelisma", "vurnibal@example.org"):
        got = await hub.ask("referent-a", query, {"n": part})
        assert got.data == {"persons": {"nodes": []}}, part


async def test_14_a_beginning_is_of_letters_alone_and_finds_nobody_of_another_perimeter(
    hub: Inside, world: World, database: Database
) -> None:
    """Three letters at least; no pattern of SQL, no other column, nobody whom the actor does not follow; whom it finds
    is journalled by the name that was compared."""
    query = "query Judge($n: String) { persons(filter: { lastNamePrefix: $n }) { nodes { id } } }"
    for beginning, slugs in {
        "vur": ["vurnibal"],
        "Quaz": ["vurnibal"],
        "plímo": ["plimoruz"],
        "XAN": [],
        "gro": [],
    }.items():
        got = await hub.ask("referent-a", query, {"n": beginning})
        assert [node["id"] for node in got.data["persons"]["nodes"]] == [world.persons[slug] for slug in slugs]
        entries = await journalled(hub, world, database)
        assert entries == {slug: {"Person.id", "Person.lastName", "Person.birthName"} for slug in slugs}
    for beginning in ("vu", "v", "", "%%%", "___", "v%_", "' ' '", "\u00e9\u00e9"):
        got = await hub.ask("referent-a", query, {"n": beginning})
        assert (got.data, got.code, got.statements) == ({"persons": None}, "BAD_INPUT", {}), beginning
    for beginning in ("vur%", "vur_", "vurnibal' OR '1'='1", "Zelisma"):
        assert (await hub.ask("referent-a", query, {"n": beginning})).data["persons"]["nodes"] == [] or beginning in (
            "vur%", "vur_",
        )  # fmt: skip
    refused = await hub.ask("dpo", query, {"n": "vur"})
    assert (refused.status, refused.code, refused.calls) == (403, "FORBIDDEN_INPUT", {})


async def test_22_ids_cannot_be_guessed(world: World, database: Database) -> None:
    """Keys are random (UUID version 4), in no order of arrival."""
    connection = await database.connect()
    try:
        for table in ("people.person", "appointments.appointment", "appointments.organisation", "people.agent"):
            keys = [row[0] for row in await connection.fetch(f"SELECT id FROM {table}")]
            assert keys
            assert {key.version for key in keys} == {4}, table
    finally:
        await connection.close()


@pytest.mark.parametrize("value", ["x", 1, True, 1.5, ["CLOS"], {"a": "Vurnibal"}, "' OR 1=1 --", "CLOS "])
async def test_37_a_value_of_the_wrong_type_is_told_by_place_and_type_only(hub: Inside, value: Any) -> None:
    got = await hub.ask("referent-a", BY_STATUS, {"f": {"rsaStatus": value}})
    assert (got.status, got.calls) == (400, {})
    assert b"Vurnibal" not in got.body
    assert b"1=1" not in got.body


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-12-02T09:00:00", ""])
async def test_37_an_instant_that_no_clock_of_utc_shows_is_malformed(hub: Inside, value: str) -> None:
    query = "query ($i: DateTime) { appointments(filter: { startsFrom: $i }) { nodes { id } } }"
    got = await hub.ask("referent-a", query, {"i": value})
    assert (got.data, got.code, got.statements) == ({"appointments": None}, "BAD_INPUT", {})
    (error,) = got.json["errors"]
    assert (error["extensions"]["input"], error["extensions"]["expected"]) == ("filter.startsFrom", "INSTANT")


@pytest.mark.parametrize(
    "value",
    ["19710317", "1971-W11-3", "1971-03-17T00:00", "1971-3-17", "１971-03-17", "1971-03-17 ", "Vurnibal", "0000-00-00"],
)
async def test_37_45_a_day_has_one_writing(hub: Inside, value: str) -> None:
    query = "query ($d: Date) { persons(filter: { birthDateFrom: $d, birthDateTo: $d }) { nodes { id } } }"
    got = await hub.ask("referent-a", query, {"d": value})
    assert (got.data, got.code, got.statements) == ({"persons": None}, "BAD_INPUT", {})
    assert value.encode() not in got.body
    (error,) = got.json["errors"]
    assert "« filter.birthDateFrom » n'a pas la forme attendue, une date au format AAAA-MM-JJ" in error["message"]
    assert error["path"] == ["persons"]
    trace = error["extensions"].pop("trace")
    assert error["extensions"] == {"code": "BAD_INPUT", "input": "filter.birthDateFrom", "expected": "DATE"}
    assert re.fullmatch("[0-9a-f]{32}", trace)
    whole = await hub.ask("referent-a", query, {"d": "1971-03-17"})
    assert len(whole.data["persons"]["nodes"]) == 1


@pytest.mark.parametrize("name", ["__class__", "__proto__", "constructor", "__init__"])
async def test_37_names_of_the_language_are_names_like_others(hub: Inside, world: World, name: str) -> None:
    got = await hub.ask("referent-a", BY_STATUS, {"f": {name: "x"}})
    assert (got.status, got.calls) == (400, {})
    aliased = "query ($id: ID!) { person(id: $id) { constructor: lastName toString: firstName mro: id } }"
    answered = await hub.ask("referent-a", aliased, {"id": world.persons["vurnibal"], name: "unused"})
    assert answered.data["person"]["constructor"] == "VURNIBAL"
