"""A mutation is decided on the person's facts in its transaction, made once, and loses no other one's change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from schema.facts import Fact, link_key
from schema.residual import Clause, Residual, Rule
from subgraphs.appointments.queries import MODEL
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from tests.conftest import Database
from tests.kit.conftest import AGENT, OTHER_SIRET, POLICY, SIRET, Rows, context, person_id

LINKED = (Clause(int(Fact.REFERENT), 0, int(Fact.OPPOSITION | Fact.LIMITATION)),)
ABSENCE = ((int(Fact.VALUE_ASSIDU), LINKED),)
FIELDS = ("startsAt", "durationMinutes", "mode", "version", "provenance")
INPUTS = ("startsAt", "durationMinutes", "mode")
RIGHTS = Residual(
    rows={name: Rule(LINKED) for name in ("Appointment", "Motive")},
    fields={
        **{f"Appointment.{name}": Rule(LINKED) for name in FIELDS},
        "Appointment.status": Rule(LINKED, ABSENCE),
        **{f"RecordAppointmentInput.{name}": Rule(LINKED) for name in INPUTS},
        "RecordAppointmentInput.motive": Rule(LINKED, ((int(Fact.VALUE_SAN), ()),)),
        "SetAppointmentStatusInput.status": Rule(LINKED, ABSENCE),
    },
)
RECORD = "mutation ($input: RecordAppointmentInput!) { made: recordAppointment(input: $input) { id startsAt version } }"
SET = "mutation ($input: SetAppointmentStatusInput!) { setAppointmentStatus(input: $input) { id status version } }"
REFERENT = link_key(Fact.REFERENT, AGENT)
OBJECT = f"UPDATE access.person SET restrictions = {int(Fact.OPPOSITION)}"
UNLINKED = "DELETE FROM access.link"
PARTED = f"UPDATE appointments.appointment SET person_id = '{person_id(2)}'"
WAITS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'appointments_write' AND wait_event_type = 'Lock'
"""
STARTS = "2026-11-17T09:00:00+00:00"
NOON = datetime(2026, 11, 19, 12, tzinfo=UTC)


@pytest.fixture
async def writing(fresh_database: Database) -> AsyncIterator[Subgraph]:
    """The subgraph `appointments` with its writing role."""
    pools = [Pool(fresh_database.dsn(f"appointments_{kind}"), 4) for kind in ("query", "write")]
    for pool in pools:
        await pool.open()
    yield Subgraph(MODEL, pools[0], policy=POLICY, cursors=b"c" * 32, writing=pools[1])
    for pool in pools:
        await pool.close()


async def send(subgraph: Subgraph, document: str, rights: Residual = RIGHTS, **inputs: Any) -> Any:
    """The answer to a mutation: its item, or the errors' codes."""
    who = inputs.pop("actor", AGENT)
    call_context = context(rights, REFERENT, organisation=inputs.pop("organisation", SIRET), actor=who)
    answer = await subgraph.execute(document, {"input": inputs}, call_context)
    if "errors" in answer:
        assert list(answer["data"].values()) == [None]
        return sorted(error["extensions"].get("expected", error["extensions"]["code"]) for error in answer["errors"])
    return next(iter(answer["data"].values()))


async def record(subgraph: Subgraph, number: int = 1, key: str = "key-00001", **inputs: Any) -> Any:
    """Record a rendez-vous of a person."""
    return await send(
        subgraph, RECORD, **{"idempotencyKey": key, "person": person_id(number), "startsAt": STARTS, **inputs}
    )


async def change(subgraph: Subgraph, item: Any, status: str, key: str, **inputs: Any) -> Any:
    """Change the status of a rendez-vous that was read."""
    target = {"appointment": item["id"], "expectedVersion": item["version"], "status": status, "idempotencyKey": key}
    return await send(subgraph, SET, **target, **inputs)


async def stored(rows: Rows, table: str = "appointment") -> list[dict[str, Any]]:
    """All rows of a table, as the administrator sees them."""
    return [dict(row) for row in await rows.connection.fetch(f"SELECT * FROM appointments.{table}")]


async def test_a_recorded_item_is_the_actors_organisations_and_is_answered_as_it_is_read(
    rows: Rows, writing: Subgraph
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = await record(writing, mode="VISIO", durationMinutes=30)
    [row] = await stored(rows)
    assert item == {"id": str(row["id"]), "startsAt": STARTS, "version": 1}
    assert (row["source"], row["recorded_by"], row["organisation_siret"]) == ("hub", SIRET, SIRET)
    assert (row["status"], row["mode"], row["duration_minutes"]) == ("INCONNU", "VISIO", 30)
    [request] = await stored(rows, "write_request")
    assert (request["mutation"], request["item_id"]) == ("recordAppointment", row["id"])
    assert (await change(writing, item, "ABSENT", "key-00002"))["status"] == "ABSENT"


@pytest.mark.parametrize(
    ("relation", "scope", "access"),
    [
        (Fact.REFERENT, "00000000-0000-4000-8000-0000000000b2", {}),
        (Fact.ORG_REFERENT, SIRET, {}),
        (Fact.REFERENT, AGENT, {"restrictions": int(Fact.OPPOSITION)}),
        (Fact.REFERENT, AGENT, {"restrictions": int(Fact.LIMITATION)}),
        (None, "", {}),
    ],
    ids=["of another agent", "by another relation", "opposed", "limited", "unknown"],
)
async def test_who_may_not_be_written_to_is_refused_like_who_is_not_there(
    rows: Rows, writing: Subgraph, relation: Fact | None, scope: str, access: dict[str, Any]
) -> None:
    if relation is not None:
        await rows.person(1, (relation, scope), access=access)
    assert await record(writing) == ["WRITE_REFUSED"]
    await rows.sourced(
        "appointments.appointment", id=person_id(9), person_id=person_id(1), starts_at=NOON, status="INCONNU",
        rdv_source_id="r", subject_source_id="s", recorded_by=SIRET,
    )  # fmt: skip
    assert await change(writing, {"id": person_id(9), "version": 7}, "VU", "key-00002") == ["WRITE_REFUSED"]
    assert [row["status"] for row in await stored(rows)] == ["INCONNU"]
    assert await stored(rows, "write_request") == []


@pytest.mark.parametrize("name", ["startsAt", "mode", "durationMinutes", "motive"])
async def test_an_input_without_its_rule_writes_nothing(rows: Rows, writing: Subgraph, name: str) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    fields = {key: rule for key, rule in RIGHTS.fields.items() if key != f"RecordAppointmentInput.{name}"}
    inputs: dict[str, Any] = {
        "mode": "VISIO",
        "durationMinutes": 30,
        "motive": "rsa_spie",
        "rights": Residual(RIGHTS.rows, fields),
    }
    assert await record(writing, **inputs) == ["WRITE_REFUSED"]
    assert await stored(rows) == []


async def test_a_value_of_a_stricter_category_needs_its_own_right(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    assert await record(writing, motive="psychologue") == ["WRITE_REFUSED"]
    assert "id" in await record(writing, motive="rsa_spie")


async def test_nobody_came_or_failed_to_before_the_day_of_the_appointment(rows: Rows, writing: Subgraph) -> None:
    """The day is that of France, where 23 h in universal time is the next one already; NOW is noon of 18 November."""
    await rows.person(1, (Fact.REFERENT, AGENT))
    tonight, tomorrow = [
        await record(writing, key=f"key-0000{number}", startsAt=starts)
        for number, starts in enumerate(("2026-11-18T22:59:00Z", "2026-11-18T23:00:00Z"))
    ]
    for number, status in enumerate(("VU", "ABSENT")):
        assert await change(writing, tomorrow, status, f"key-0001{number}") == ["APPOINTMENT_TO_COME"]
    assert (await change(writing, tomorrow, "EXCUSE", "key-00020"))["status"] == "EXCUSE"
    assert (await change(writing, tonight, "VU", "key-00021"))["status"] == "VU"


async def test_all_that_is_wrong_is_told_at_once(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    wrong: dict[str, Any] = {"startsAt": "2050-01-01T00:00:00Z", "durationMinutes": 1, "key": "1 85 05 78 006 084 36"}
    assert await record(writing, **wrong) == ["APPOINTMENT_MINUTES", "APPOINTMENT_START", "KEY"]
    assert await stored(rows) == []


async def test_a_key_makes_one_item_however_often_and_at_once_it_is_sent(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    answers = await asyncio.gather(*(record(writing) for _ in range(8)))
    assert len({answer["id"] for answer in answers}) == 1
    assert len(await stored(rows)) == 1
    assert await record(writing, mode="VISIO") == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await record(writing, actor="another"))["id"] != answers[0]["id"]


async def test_a_request_keeps_its_actor_and_its_key_as_keyed_hashes_only(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    for number, actor in enumerate((AGENT, AGENT, "another")):
        await record(writing, key=f"key-0000{number}", actor=actor)
    requests = await stored(rows, "write_request")
    assert [name for name in (AGENT, "another", "key-0000") if name in str(requests)] == []
    plain = sha256(f"actor:{AGENT}".encode()).hexdigest()
    actors = [request["actor"] for request in requests]
    assert len(set(actors)) == 2
    assert plain not in actors


async def test_no_change_is_lost_to_a_concurrent_one(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = await record(writing)
    statuses = ("VU", "ABSENT", "EXCUSE", "ANNULE")
    answers = await asyncio.gather(
        *(change(writing, item, status, f"key-0001{place}") for place, status in enumerate(statuses))
    )
    written = [answer for answer in answers if isinstance(answer, dict)]
    assert len(written) == 1
    assert [answer for answer in answers if answer == ["VERSION_CONFLICT"]] == [["VERSION_CONFLICT"]] * 3
    assert [row["status"] for row in await stored(rows)] == [written[0]["status"]]
    assert len(await stored(rows, "write_request")) == 2


async def test_a_version_counts_the_changes_that_were_accepted_of_writers_who_all_write_at_once(
    rows: Rows, writing: Subgraph
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = await record(writing)
    accepted = 0

    async def writer(number: int) -> None:
        nonlocal accepted
        version = item["version"]
        for turn in range(6):
            status = ("VU", "ABSENT")[turn % 2]
            key = f"key-{number}-{turn:04}"
            answer = await change(writing, {**item, "version": version}, status, key)
            if isinstance(answer, dict):
                assert answer["version"] == version + 1
                accepted += 1
            version = (await record(writing))["version"]

    await asyncio.gather(*map(writer, range(4)))
    assert (await record(writing))["version"] == 1 + accepted
    assert accepted >= 6


@pytest.fixture
async def register(fresh_database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Writes what the register of rights says, as the administrator, who sees what others wait for."""
    connection = await fresh_database.connect()
    yield connection
    await connection.close()


@pytest.mark.parametrize("is_new", [True, False], ids=["a new item", "a change"])
async def test_an_objection_being_written_is_waited_for_and_refuses_the_write(
    rows: Rows, writing: Subgraph, register: asyncpg.Connection[asyncpg.Record], is_new: bool
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = None if is_new else await record(writing)
    async with register.transaction():
        await register.execute(OBJECT)
        writing_item = record(writing) if is_new else change(writing, item, "VU", "key-00002")
        answering = asyncio.create_task(writing_item)
        while not answering.done() and not await rows.connection.fetchval(WAITS):
            pass
    assert await answering == ["WRITE_REFUSED"]
    assert [row["status"] for row in await stored(rows)] == ([] if is_new else ["INCONNU"])


@pytest.mark.parametrize("is_new", [True, False], ids=["a new item", "a change"])
async def test_an_objection_after_the_decision_waits_for_the_write(
    rows: Rows, writing: Subgraph, register: asyncpg.Connection[asyncpg.Record], is_new: bool
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = None if is_new else await record(writing)
    async with rows.connection.transaction():
        await rows.connection.execute("LOCK TABLE appointments.write_request IN ACCESS EXCLUSIVE MODE")
        writing_item = record(writing) if is_new else change(writing, item, "VU", "key-00002")
        answering = asyncio.create_task(writing_item)
        while not answering.done() and not await register.fetchval(WAITS):
            pass
        with pytest.raises(asyncpg.LockNotAvailableError):
            await register.execute("SELECT FROM access.person FOR NO KEY UPDATE NOWAIT")
    assert "id" in await answering
    await register.execute(OBJECT)
    assert await record(writing, key="key-00003") == ["WRITE_REFUSED"]


@pytest.mark.parametrize("ended", [UNLINKED, PARTED], ids=["the link ends", "a merge is undone"])
async def test_a_right_that_ends_with_the_change_of_an_item_is_waited_for_and_refuses_the_write(
    rows: Rows, writing: Subgraph, register: asyncpg.Connection[asyncpg.Record], ended: str
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.person(2)
    item = await record(writing)
    async with register.transaction():
        await register.execute("UPDATE appointments.appointment SET place_name = 'Ailleurs'")
        await register.execute(ended)
        answering = asyncio.create_task(change(writing, item, "VU", "key-00002"))
        while not answering.done() and not await rows.connection.fetchval(WAITS):
            pass
    assert await answering == ["WRITE_REFUSED"]


async def test_who_makes_a_new_item_waits_for_nobody_else_who_does(
    rows: Rows, writing: Subgraph, register: asyncpg.Connection[asyncpg.Record]
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    item = await record(writing)
    async with register.transaction():
        await register.execute("SELECT FROM access.person FOR SHARE")  # as another mutation would
        assert "id" in await record(writing, key="key-00002")
        changing = asyncio.create_task(change(writing, item, "VU", "key-00003"))
        while not changing.done() and not await rows.connection.fetchval(WAITS):
            pass
        assert not changing.done()
    assert (await changing)["status"] == "VU"


async def test_an_item_of_another_system_is_not_changed_here(rows: Rows, writing: Subgraph) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.sourced(
        "appointments.appointment", id=person_id(9), person_id=person_id(1), starts_at=NOON, status="INCONNU",
        rdv_source_id="r", subject_source_id="s", recorded_by=SIRET,
    )  # fmt: skip
    assert await change(writing, {"id": person_id(9), "version": 1}, "VU", "key-00002") == ["RECORDED_ELSEWHERE"]
    assert [row["status"] for row in await stored(rows)] == ["INCONNU"]


async def test_row_security_alone_keeps_the_writing_role_to_its_people_and_to_its_own_items(
    rows: Rows, writing: Subgraph, fresh_database: Database
) -> None:
    await rows.person(1, (Fact.REFERENT, AGENT))
    await rows.person(2, (Fact.REFERENT, "00000000-0000-4000-8000-0000000000b2"))
    item = await record(writing)
    connection = await fresh_database.connect("appointments_write")
    for name, value in (("scopes", REFERENT), ("organisation", SIRET), ("actor", "another")):
        await connection.execute("SELECT set_config($1, $2, false)", f"spie.{name}", value)
    insert = (
        "INSERT INTO appointments.appointment (id, person_id, starts_at, status, rdv_source_id, subject_source_id,"
        " source, source_id, as_of, recorded_by)"
        " VALUES (gen_random_uuid(), $1, now(), 'VU', 'r', 's', $2, 'k', now(), $3)"
    )
    for arguments in ((person_id(2), "hub", SIRET), (person_id(1), "rdvi", SIRET), (person_id(1), "hub", OTHER_SIRET)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(insert, *arguments)
    for statement in (
        "DELETE FROM appointments.appointment",
        "UPDATE appointments.appointment SET person_id = gen_random_uuid()",
        "UPDATE appointments.appointment SET version = 1",
        "UPDATE appointments.write_request SET actor = 'another'",
        "DELETE FROM appointments.write_request",
        "INSERT INTO appointments.invitation (id) VALUES (gen_random_uuid())",
        "SELECT FROM people.person",
        "UPDATE access.person SET person_id = person_id",
        "UPDATE access.person SET restrictions = 0",
        "DELETE FROM access.person",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    assert await connection.fetch("SELECT FROM appointments.write_request") == []
    await connection.execute("SELECT set_config('spie.scopes', '', false)")
    assert await connection.execute("UPDATE appointments.appointment SET status = 'VU'") == "UPDATE 0"
    await connection.close()
    assert [row["status"] for row in await stored(rows) if str(row["id"]) == item["id"]] == ["INCONNU"]
