"""Attacks by mutations: on people of others, by what a refusal tells, by being sent again or several at once."""

from __future__ import annotations

import asyncio
import re
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import orjson
import pytest

from schema.days import today
from tests.attacks.test_rows import answer_and_cost
from tests.conftest import ROOT
from tests.e2e.canary_inside import Got, Inside
from tests.e2e.canary_operations import NOBODY
from tests.e2e.canary_world import ITSELF, World
from tests.e2e.test_failures_database import waiting

pytestmark = pytest.mark.asyncio(loop_scope="module")

RECORD = "mutation R($input: RecordAppointmentInput!) { recordAppointment(input: $input) { id startsAt version } }"
SET = "mutation S($input: SetAppointmentStatusInput!) { setAppointmentStatus(input: $input) { id status version } }"
WRITERS = {("referent_cd", "suivi"), ("delegataire_rsa", "suivi")}
LISTED = "query L($id: ID!) { person(id: $id) { appointments(first: 50) { nodes { id startsAt status } } } }"


def starts() -> str:
    """When a rendez-vous of last year begins."""
    return f"{today().year - 1}-02-03T09:00:00+00:00"


def new_item(person: str, **more: Any) -> dict[str, Any]:
    """The variables of `RECORD`, under a new key."""
    return {"input": {"person": person, "startsAt": starts(), "idempotencyKey": str(uuid4()), **more}}


def new_status(item: str, version: int, status: str = "VU", **more: Any) -> dict[str, Any]:
    """The variables of `SET`, under a new key."""
    key = str(uuid4())
    return {"input": {"appointment": item, "expectedVersion": version, "status": status, "idempotencyKey": key, **more}}


def refusal(got: Got) -> tuple[int, str, int]:
    """Status, code and number of data statements of a refusal."""
    return got.status, got.code, sum(got.statements.values())


async def table(hub: Inside) -> list[tuple[Any, ...]]:
    """All rendez-vous, and all requests to write, as the administrator sees them."""
    connection = await hub.database.connect()
    try:
        items = await connection.fetch(
            "SELECT id, person_id, status, version FROM appointments.appointment ORDER BY id"
        )
        requests = await connection.fetch("SELECT actor, key FROM appointments.write_request ORDER BY actor, key")
    finally:
        await connection.close()
    return [tuple(row) for row in (*items, *requests)]


async def test_52_only_who_may_write_records_and_the_person_reads_who_wrote_what(hub: Inside, world: World) -> None:
    before = await table(hub)
    for name, actor in hub.actors.items():
        for purpose in actor.purposes:
            if (actor.kind, purpose) in WRITERS or actor.kind == "referent_cd":
                continue
            got = await hub.ask(name, RECORD, new_item(world.persons[ITSELF]), purpose=purpose)
            assert refusal(got) == (403, "FIELD_DENIED", 0), (name, purpose)
    assert await table(hub) == before
    got = await hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF], mode="VISIO"))
    appointment = got.data["recordAppointment"]
    assert (appointment["startsAt"], appointment["version"]) == (starts(), 1)
    changed = await hub.ask("referent-a", SET, new_status(appointment["id"], 1, "ABSENT"))
    assert changed.data["setAppointmentStatus"] == {"id": appointment["id"], "status": "ABSENT", "version": 2}
    journal = await hub.ask("personne", "{ myAccessJournal(first: 2) { nodes { actorKind data { fields } } } }")
    entries = [
        (node["actorKind"], sorted(field for data in node["data"] for field in data["fields"]))
        for node in journal.data["myAccessJournal"]["nodes"]
    ]
    assert [kind for kind, _ in entries] == ["referent_cd", "referent_cd"]
    assert "Rendez-vous modifié : présence" in entries[0][1]
    assert {"Rendez-vous enregistré : début", "Rendez-vous enregistré : modalité"} <= set(entries[1][1])


@pytest.mark.parametrize("mode", ["filter", "refuse"])
async def test_52_a_person_of_others_is_refused_as_nobody_is_at_one_cost(hub: Inside, world: World, mode: str) -> None:
    before = await table(hub)
    nobody = answer_and_cost(await hub.ask("referent-b", RECORD, new_item(NOBODY), access_mode=mode))
    assert orjson.loads(nobody[2])["errors"][0]["extensions"]["code"] == "WRITE_REFUSED"
    for slug in ("vurnibal", "plimoruz", "groxandel", "hurgoflin"):
        got = await hub.ask("referent-b", RECORD, new_item(world.persons[slug]), access_mode=mode)
        assert answer_and_cost(got) == nobody, slug
    missing = answer_and_cost(await hub.ask("referent-b", SET, new_status(NOBODY, 1), access_mode=mode))
    for row in before:
        if isinstance(row[0], UUID) and str(row[1]) == world.persons["plimoruz"]:
            got = await hub.ask("referent-b", SET, new_status(str(row[0]), 1), access_mode=mode)
            assert answer_and_cost(got) == missing
    assert await table(hub) == before


@pytest.mark.parametrize(
    "name", ["source", "recordedBy", "organisationSiret", "id", "status", "version", "as_of", "_access", "__proto__"]
)
async def test_52_what_the_schema_does_not_offer_is_written_nowhere(hub: Inside, world: World, name: str) -> None:
    before = await table(hub)
    got = await hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF], **{name: "x"}))
    assert (got.status, got.calls) == (400, {})
    assert await table(hub) == before


async def test_53_a_value_that_one_may_not_read_is_neither_written_nor_replaced(hub: Inside, world: World) -> None:
    """An absence by a purpose that does not tell absences, a motive of health: refused before any statement."""
    before = await table(hub)
    health = await hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF], motive="psychologue"))
    assert refusal(health) == (403, "FORBIDDEN_WRITE", 0)
    for status in ("VU", "ABSENT"):
        got = await hub.ask("referent-contrat", SET, new_status(str(before[0][0]), 1, status), purpose="contrat")
        assert refusal(got) == (403, "FIELD_DENIED", 0)
        (entry,) = (e for e in got.json["errors"][0]["extensions"]["access"] if e["coordinate"].startswith("Mutation"))
        assert (entry["reason"], entry["purposes"]) == ("FIELD_NOT_FOR_PURPOSE", ["suivi"])
    assert await table(hub) == before


async def test_53_the_answer_to_a_write_is_decided_as_a_read_before_anything_is_written(
    hub: Inside, world: World
) -> None:
    before = await table(hub)
    document = RECORD.replace("version", "version placeAddress")
    got = await hub.ask("referent-a", document, new_item(world.persons[ITSELF]))
    assert refusal(got) == (403, "FIELD_DENIED", 0)
    assert "une écriture" in got.json["errors"][0]["message"]
    assert await table(hub) == before


async def test_54_several_mutations_at_once_are_refused_whole(hub: Inside, world: World) -> None:
    before = await table(hub)
    field = "recordAppointment(input: $input) { id }"
    for selection in (
        f"a: {field} b: {field}",
        f"a: {field} b: {field[:32]} @include(if: $b) {{ id }}",
        f"a: {field} ... on Mutation {{ b: {field} }}",
    ):
        condition = ", $b: Boolean = false" if "$b" in selection else ""
        document = f"mutation R($input: RecordAppointmentInput!{condition}) {{ {selection} }}"
        got = await hub.ask("referent-a", document, new_item(world.persons[ITSELF]))
        assert refusal(got) == (400, "MUTATION_SEVERAL", 0), selection
    batch = orjson.dumps([{"query": RECORD, "variables": new_item(world.persons[ITSELF])}] * 2)
    assert (await hub.post(batch, hub.headers("referent-a"))).status == 400
    single = orjson.dumps({"query": RECORD, "variables": new_item(world.persons[ITSELF])})
    got = await hub.post(single, hub.headers("referent-a", accept="application/json"), "GET")
    assert got.status != 200
    assert await table(hub) == before


async def test_54_a_request_sent_again_writes_once_and_its_key_serves_nothing_else(hub: Inside, world: World) -> None:
    variables = new_item(world.persons[ITSELF], durationMinutes=45)
    first = (await hub.ask("referent-a", RECORD, variables)).data["recordAppointment"]
    before = await table(hub)
    assert (await hub.ask("referent-a", RECORD, variables)).data["recordAppointment"] == first
    variables["input"]["durationMinutes"] = 60
    assert (await hub.ask("referent-a", RECORD, variables)).code == "IDEMPOTENCY_KEY_REUSED"
    variables["input"]["person"] = world.persons["plimoruz"]
    assert (await hub.ask("referent-a", RECORD, variables)).code == "IDEMPOTENCY_KEY_REUSED"
    assert await table(hub) == before


async def test_all_that_is_wrong_with_an_input_is_told_at_once(hub: Inside, world: World) -> None:
    wrong = {"idempotencyKey": "court", "durationMinutes": 1, "startsAt": "1900-01-01T09:00:00Z"}
    got = await hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF], **wrong))
    places = [(error["path"], error["locations"], error["extensions"]["input"]) for error in got.json["errors"]]
    line = [{"line": 1, "column": RECORD.index("recordAppointment") + 1}]
    assert places == [(["recordAppointment"], line, f"input.{name}") for name in sorted(wrong)]


async def test_54_a_version_that_is_past_changes_nothing(hub: Inside, world: World) -> None:
    appointment = (await hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF]))).data["recordAppointment"]
    assert (await hub.ask("referent-a", SET, new_status(appointment["id"], 1, "EXCUSE"))).data["setAppointmentStatus"]
    assert (await hub.ask("referent-a", SET, new_status(appointment["id"], 1, "VU"))).code == "VERSION_CONFLICT"
    nodes = (await hub.ask("referent-a", LISTED, {"id": world.persons[ITSELF]})).data["person"]["appointments"]["nodes"]
    assert [node["status"] for node in nodes if node["id"] == appointment["id"]] == ["EXCUSE"]


async def test_nothing_is_written_before_the_journal_has_the_intent(hub: Inside, world: World) -> None:
    before = await table(hub)
    administrator = await hub.database.connect()
    try:
        async with administrator.transaction():
            await administrator.execute("LOCK TABLE journal.entry IN EXCLUSIVE MODE")
            asking = asyncio.create_task(hub.ask("referent-a", RECORD, new_item(world.persons[ITSELF])))
            await waiting(administrator)
            assert await table(hub) == before
    finally:
        await administrator.close()
    assert (await asking).data["recordAppointment"]
    assert len(await table(hub)) == len(before) + 2


async def test_24_54_a_mutation_that_is_kept_is_neither_got_nor_lent(hub: Inside, world: World) -> None:
    """By GET, whole or by its hash, nothing is written; the hash serves whoever sent the document, and no one else."""
    item = new_item(world.persons[ITSELF])
    digest = sha256(RECORD.encode()).hexdigest()
    by_id, by_hash = {"documentId": f"sha256:{digest}"}, {"persistedQuery": {"version": 1, "sha256Hash": digest}}
    whole = orjson.dumps({"query": RECORD, "variables": item, **by_id})
    assert (await hub.post(whole, hub.headers("referent-a"))).data["recordAppointment"]
    before = await table(hub)
    variables = orjson.dumps(new_item(world.persons[ITSELF])).decode()
    for query in (
        {"query": RECORD, "variables": variables},
        {**by_id, "variables": variables},
        {"extensions": orjson.dumps(by_hash).decode(), "variables": variables},
    ):
        got = await hub.post(b"", hub.headers("referent-a"), "GET", urlencode(query).encode())
        assert got.status in (400, 405), got.body
        assert got.calls == {}
    for request in (by_id, {"extensions": by_hash}):
        lent = orjson.dumps({**request, "variables": new_item(world.persons[ITSELF])})
        for name in sorted(hub.actors.keys() - {"referent-a"}):
            got = await hub.post(lent, hub.headers(name))
            assert (got.status, got.code, got.calls) == (400, "PERSISTED_QUERY_NOT_FOUND", {}), name
    assert await table(hub) == before


@pytest.mark.parametrize("shown", ["__typename", "id", "person { __typename }", "agents { __typename }"])
async def test_52_a_write_is_journalled_whatever_its_answer_shows(hub: Inside, world: World, shown: str) -> None:
    """Also where nothing of a person is selected: who was written of reads what was written."""
    record, change = (document[: document.rindex("{", 0, -4)] for document in (RECORD, SET))
    variables = new_item(world.persons[ITSELF], mode="VISIO")
    assert (await hub.ask("referent-a", f"{record}{{ {shown} }} }}", variables)).data["recordAppointment"]
    appointment = (await hub.ask("referent-a", RECORD, variables)).data["recordAppointment"]
    assert (await hub.ask("referent-a", f"{change}{{ {shown} }} }}", new_status(appointment["id"], 1))).data
    journal = await hub.ask("personne", "{ myAccessJournal(first: 3) { nodes { data { fields } } } }")
    entries = [
        {f for data in node["data"] for f in data["fields"]} for node in journal.data["myAccessJournal"]["nodes"]
    ]
    assert "Rendez-vous modifié : présence" in entries[0]
    assert all("Rendez-vous enregistré : modalité" in fields for fields in entries[1:])


async def test_the_first_mutation_of_the_readme_is_made_as_it_is_written(hub: Inside, world: World) -> None:
    example, *_ = re.findall(r"`(mutation\s[^`]+)`", (ROOT / "README.md").read_text(encoding="utf-8"))
    got = await hub.ask("referent-a", example, {"personne": world.persons[ITSELF]})
    assert got.data["recordAppointment"]["mode"] == "VISIO"
