"""What a mutation writes for another system is decided again, sent under one key, and settled by the answer."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from hub.outgoing.follower import follow
from hub.outgoing.lateness import read_backlogs
from hub.outgoing.systems import SYSTEMS
from infra.role_names import OUTGOING_SENDER, RUNS_READER
from schema.facts import Fact
from subgraphs.kit.write import outgoing as outgoing_queue
from tests.conftest import ROOT
from tests.e2e.canary_operations import NOBODY
from tests.outgoing.conftest import REFER, SERVICE, Outgoing
from tests.simulators.system_of_record import SECRET, RecordSystem

pytestmark = pytest.mark.asyncio(loop_scope="module")

PENDING = {"state": "PENDING", "reason": None, "systemCode": None}
ACCEPTED = {"state": "ACCEPTED", "reason": None, "systemCode": None}
CAME_IN = """
INSERT INTO offers.referral (id, person_id, service_id, status, sent_on, source, source_id, as_of, recorded_by)
SELECT gen_random_uuid(), person_id, service_id, 'VALIDEE', sent_on, 'orientations', $2, now(), 'of another system'
FROM offers.referral WHERE id = $1
"""
ITEM = "SELECT id::text, person_id::text, source, source_id, transmission_state FROM offers.referral WHERE id = $1"
QUEUE = "SELECT item_id::text, attempts FROM offers.outgoing"


def _encrypted(secret: bytes, item: str, system: str, content: bytes) -> bytes:
    """An author of this installation that holds something else."""
    nonce = bytes(outgoing_queue.NONCE)
    return nonce + outgoing_queue._cipher(secret).encrypt(nonce, content, outgoing_queue._place(item, system))


def rejected(reason: str, code: str | None = None) -> dict[str, Any]:
    """A transmission that was refused."""
    return {"state": "REJECTED", "reason": reason, "systemCode": code}


async def test_what_is_accepted_becomes_the_systems_item_and_nothing_else_of_the_person_leaves(
    outgoing: Outgoing,
) -> None:
    made = (await outgoing.refer()).data["referToService"]
    assert made["transmission"].pop("since") is not None
    assert (made["transmission"], made["status"], made["provenance"]) == (PENDING, None, {"source": "hub"})
    assert (await outgoing.send()).accepted == 1
    (body,) = outgoing.simulator.bodies
    event = orjson.loads(body)
    assert sorted(event) == ["actor", "data", "id", "source", "specversion", "structure", "time", "type"]
    assert sorted(event["data"]) == ["beneficiary", "item", "sent", "service"]
    assert (event["data"]["item"], event["data"]["service"]) == (made["id"], SERVICE)
    low = body.decode().lower()
    said = {(canary.owner, canary.kind) for canary in outgoing.world.canaries if canary.text.lower() in low}
    assert said == {("vurnibal", "ID")}
    assert outgoing.world.persons["vurnibal"] not in low
    read = await outgoing.state(made["id"])
    assert (read["transmission"], read["provenance"]) == (ACCEPTED, {"source": "orientations"})
    key = outgoing.simulator.key(event["id"])
    (row,) = await outgoing.execute("SELECT id::text, source_id FROM offers.referral WHERE source_id = $1", key)
    assert row["id"] == made["id"]
    assert await outgoing.execute(QUEUE) == []
    changes = "SELECT count(*) FROM access.change WHERE person_id = $1 AND source = 'offers.referral'"
    assert (await outgoing.execute(changes, outgoing.world.persons["vurnibal"]))[0]["count"] >= 2


async def test_the_person_reads_to_which_system_what_was_sent(outgoing: Outgoing) -> None:
    await outgoing.referred()
    await outgoing.send()
    document = "{ myAccessJournal(first: 1) { nodes { actorKind application purpose data { category fields } } } }"
    (node,) = (await outgoing.hub.ask("personne", document)).data["myAccessJournal"]["nodes"]
    assert (node["actorKind"], node["application"]) == (
        "referent_cd", "Envoi par le hub : Système qui tient les orientations vers un service",
    )  # fmt: skip
    assert {data["category"] for data in node["data"]} == {"ID", "SUIVI"}


async def test_an_answer_that_is_lost_is_asked_again_under_the_same_key_and_doubles_nothing(
    outgoing: Outgoing,
) -> None:
    item = await outgoing.referred()
    outgoing.simulator.lost = 1
    assert (await outgoing.send(timeout=0.3)).left == 1
    assert (await outgoing.send()).accepted == 1
    assert len(outgoing.simulator.items) == 1
    assert len({orjson.loads(body)["id"] for body in outgoing.simulator.bodies}) == 1
    assert len(outgoing.simulator.bodies) == 2
    assert (await outgoing.state(item))["transmission"] == ACCEPTED


async def test_an_item_that_came_in_before_its_answer_is_the_one_that_was_written(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    recorder = await outgoing.recorder(item)
    loop = asyncio.get_running_loop()

    def told(key: str) -> None:
        asyncio.run_coroutine_threadsafe(outgoing.execute(CAME_IN, item, key), loop).result(20)

    outgoing.simulator.made = told
    assert (await outgoing.send()).accepted == 1
    read = await outgoing.state(item)
    assert (read["transmission"], read["status"]) == (ACCEPTED, "VALIDEE")
    (event,) = outgoing.simulator.items
    key = outgoing.simulator.key(event)
    (row,) = await outgoing.execute(
        "SELECT id::text, recorded_by FROM offers.referral WHERE source_id IN ($1, $2)", key, item
    )
    assert row == {"id": item, "recorded_by": recorder}


async def test_what_comes_in_of_an_accepted_item_leaves_it_to_who_recorded_it(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    recorder = await outgoing.recorder(item)
    await outgoing.send()
    told = "UPDATE offers.referral SET recorded_by = 'of another system', status = 'VALIDEE' WHERE id = $1"
    await outgoing.execute(told, item)
    (row,) = await outgoing.execute("SELECT status, recorded_by FROM offers.referral WHERE id = $1", item)
    assert row == {"status": "VALIDEE", "recorded_by": recorder}


async def test_an_item_is_sent_however_many_newer_ones_the_person_has(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    newer = (
        "INSERT INTO offers.referral (id, person_id, service_id, status, sent_on, source, source_id, as_of)"
        " SELECT gen_random_uuid(), person_id, service_id, 'OUVERTE', sent_on + 1, 'orientations', 'newer ' || n, now()"
        " FROM offers.referral, generate_series(1, 60) AS n WHERE id = $1"
    )
    await outgoing.execute(newer, item)
    try:
        assert (await outgoing.send()).accepted == 1
    finally:
        await outgoing.execute("DELETE FROM offers.referral WHERE source_id LIKE 'newer %'")
    assert orjson.loads(outgoing.simulator.bodies[-1])["data"]["item"] == item


@pytest.mark.parametrize("whose", ["of one that it made before", "of one of another person"])
async def test_a_key_of_another_item_takes_nothing_away_and_gives_nothing(outgoing: Outgoing, whose: str) -> None:
    first = await outgoing.referred()
    assert (await outgoing.send()).accepted == 1
    key = outgoing.simulator.key(next(iter(outgoing.simulator.items)))
    if whose == "of one of another person":
        await outgoing.execute(
            "UPDATE offers.referral SET transmission_state = NULL, transmission_since = NULL, person_id = $2"
            " WHERE id = $1",
            first,
            outgoing.world.persons["plimoruz"],
        )
    before = await outgoing.execute(ITEM, first)
    item = await outgoing.referred()
    outgoing.simulator.answers = [{"state": "ACCEPTED", "id": key}]
    assert (await outgoing.send()).accepted == 1
    assert (await outgoing.state(item))["transmission"] == ACCEPTED
    assert await outgoing.execute(ITEM, first) == before


async def test_a_refusal_is_kept_with_the_systems_code(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    outgoing.simulator.codes = ["SERVICE_FULL"]
    assert (await outgoing.send()).rejected == 1
    assert (await outgoing.state(item))["transmission"] == rejected("REFUSED", "SERVICE_FULL")
    await outgoing.send()
    assert len(outgoing.simulator.bodies) == 1


@pytest.mark.parametrize("fault", ["unavailable", "limited", "malformed", "page", "closed", "text", "key", "code"])
async def test_a_system_that_does_not_answer_as_documented_settles_nothing(outgoing: Outgoing, fault: str) -> None:
    item, simulator = await outgoing.referred(), outgoing.simulator
    given = {
        "text": {"state": "Maëlle"},
        "key": {"state": "ACCEPTED", "id": "1 85 05 78 006 084 36"},
        "code": {"state": "REJECTED", "code": "Maëlle est inconnue"},
    }
    simulator.closed = fault == "closed"
    simulator.answers = [given[fault]] if fault in given else []
    if fault not in given and fault != "closed":
        simulator.faults.append(fault)
    assert (await outgoing.send()).left == 1
    assert "Maëlle" not in str(outgoing.said)
    assert (await outgoing.state(item))["transmission"] == PENDING
    assert await outgoing.execute(QUEUE) == [{"item_id": item, "attempts": 1}]
    simulator.closed = False
    assert (await outgoing.send()).accepted == 1


async def test_what_a_subgraph_could_not_read_waits_and_is_not_rejected(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute("ALTER TABLE people.person RENAME COLUMN last_name TO renamed")
    counts = await outgoing.send()
    await outgoing.execute("ALTER TABLE people.person RENAME COLUMN renamed TO last_name")
    assert (counts.left, counts.rejected) == (1, 0)
    assert "SENDING_UNREAD" in outgoing.said[-1]
    assert (await outgoing.state(item))["transmission"] == PENDING
    assert (await outgoing.send()).accepted == 1


@pytest.mark.parametrize(("fault", "requests"), [("bad request", 2), ("wrong address", 1), ("unavailable", 1)])
async def test_after_a_refusal_that_is_not_of_one_item_nobody_else_is_named(
    outgoing: Outgoing, fault: str, requests: int
) -> None:
    before = len(outgoing.simulator.requests)
    for _ in range(2):
        await outgoing.referred()
    outgoing.simulator.faults.extend([fault] * 2)
    await outgoing.send()
    assert len(outgoing.simulator.requests) - before == requests
    assert {row["attempts"] for row in await outgoing.execute(QUEUE)} == ({1} if requests == 2 else {0, 1})


async def test_a_system_that_fails_is_left_to_rest(outgoing: Outgoing) -> None:
    await outgoing.referred()
    outgoing.simulator.faults.extend(["unavailable"] * 9)
    await outgoing.send(failures=1)
    await outgoing.execute("UPDATE runs.sync_state SET rests_until = now() + interval '1 hour'")
    waiting, requests = await outgoing.execute(QUEUE), len(outgoing.simulator.requests)
    await outgoing.send()
    assert (await outgoing.execute(QUEUE), len(outgoing.simulator.requests)) == (waiting, requests)
    assert "SYNC_CIRCUIT_OPEN" in outgoing.said[-1]


async def test_what_waited_too_long_is_given_up(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute("UPDATE offers.outgoing SET queued_at = queued_at - interval '4 days'")
    assert (await outgoing.send()).rejected == 1
    assert (await outgoing.state(item))["transmission"] == rejected("EXPIRED")
    assert outgoing.simulator.bodies == []


async def test_what_waits_for_a_system_that_left_the_settings_is_given_up_by_the_same_rule(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    sender = outgoing.sender(is_left=True)
    counts = await sender.run(asyncio.Event())
    assert (counts.rejected, counts.waiting) == (0, 1)
    await outgoing.execute("UPDATE offers.outgoing SET queued_at = queued_at - interval '4 days'")
    counts = await sender.run(asyncio.Event())
    assert (counts.rejected, counts.waiting) == (1, 0)
    assert (await outgoing.state(item))["transmission"] == rejected("EXPIRED")


async def test_an_item_that_is_erased_takes_its_author_out_of_the_queue(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute("DELETE FROM offers.referral WHERE id = $1", item)
    assert await outgoing.execute(QUEUE) == []


async def test_a_hub_that_refuses_by_something_else_than_the_policy_rejects_nothing(outgoing: Outgoing) -> None:
    item, system = await outgoing.referred(), SYSTEMS["orientations"]
    counts = await outgoing.send(replace(system, selects="fieldOfAnotherRelease"))
    assert (counts.left, counts.rejected) == (1, 0)
    assert "SENDING_NOT_ANSWERED" in outgoing.said[-1]
    assert (await outgoing.state(item))["transmission"] == PENDING


async def test_an_author_of_another_release_waits_under_a_code(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    secret = outgoing.hub.database.keys.cursors
    await outgoing.execute(
        "UPDATE offers.outgoing SET author = $1", _encrypted(secret, item, "orientations", b'{"agent": "somebody"}')
    )
    assert (await outgoing.send()).left == 1
    assert "SENDING_AUTHOR_UNREAD" in outgoing.said[-1]
    assert "somebody" not in str(outgoing.said)
    assert (await outgoing.state(item))["transmission"] == PENDING


async def test_items_whose_turn_has_not_come_are_counted_and_not_tried(outgoing: Outgoing) -> None:
    await outgoing.referred()
    await outgoing.execute("UPDATE offers.outgoing SET due_at = now() + interval '1 hour'")
    counts = await outgoing.send()
    assert (counts.left, counts.waiting, outgoing.simulator.bodies) == (0, 1, [])


async def test_whoever_follows_sends_an_item_as_soon_as_it_is_written(outgoing: Outgoing) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    lines: asyncio.Queue[str] = asyncio.Queue()
    address = outgoing.hub.database.dsn(OUTGOING_SENDER)
    await outgoing.referred()
    running = loop.create_task(follow(outgoing.sender(), address, stop, 3_600, lines.put_nowait))
    try:
        assert "Acceptés : 1" in await asyncio.wait_for(lines.get(), 20)
        await outgoing.referred()
        assert "Acceptés : 1" in await asyncio.wait_for(lines.get(), 20)
    finally:
        stop.set()
    assert (await running).accepted == 2


async def test_readiness_names_a_system_whose_items_wait_too_long(outgoing: Outgoing) -> None:
    await outgoing.referred()
    await outgoing.execute("UPDATE offers.outgoing SET queued_at = queued_at - interval '2 hours'")
    connection = await asyncpg.connect(outgoing.hub.database.dsn(RUNS_READER))
    try:
        backlogs = await read_backlogs(connection)
    finally:
        await connection.close()
    assert [backlog.system for backlog in backlogs if backlog.is_late] == ["orientations"]


@pytest.mark.parametrize("what", ["objection", "ended link"])
async def test_what_changed_since_the_write_is_decided_again_and_nothing_is_sent(outgoing: Outgoing, what: str) -> None:
    item, person = await outgoing.referred("plimoruz"), outgoing.world.persons["plimoruz"]
    referent = f"person_id = '{person}' AND relation = {int(Fact.REFERENT)}"
    before, after = {
        "objection": (
            f"UPDATE access.person SET restrictions = {int(Fact.OPPOSITION)} WHERE person_id = '{person}'",
            f"UPDATE access.person SET restrictions = 0 WHERE person_id = '{person}'",
        ),
        "ended link": (
            f"UPDATE access.link SET valid_from = valid_from - 9, valid_until = valid_from - 8 WHERE {referent}",
            f"UPDATE access.link SET valid_from = valid_from + 9, valid_until = NULL WHERE {referent}",
        ),
    }[what]
    await outgoing.execute(before)
    try:
        assert (await outgoing.send()).rejected == 1
    finally:
        await outgoing.execute(after)
    assert outgoing.simulator.bodies == []
    assert (await outgoing.state(item, "plimoruz"))["transmission"] == rejected("NOT_PERMITTED")
    assert await outgoing.execute(QUEUE) == []


async def test_two_that_send_at_once_send_each_item_once(outgoing: Outgoing) -> None:
    items = [await outgoing.referred() for _ in range(4)]
    counts = await asyncio.gather(*(outgoing.send() for _ in range(3)))
    assert sum(counted.accepted for counted in counts) == len(items) == len(outgoing.simulator.bodies)


async def test_a_category_that_the_system_may_not_have_is_never_sent(outgoing: Outgoing) -> None:
    item, system = await outgoing.referred(), SYSTEMS["orientations"]
    asking = replace(system, selects=f"theme {system.selects}", data={**system.data, "theme": ("theme",)})
    assert (await outgoing.send(asking)).rejected == 1
    assert outgoing.simulator.bodies == []
    assert (await outgoing.state(item))["transmission"] == rejected("NOT_PERMITTED")


async def test_an_author_that_this_hub_did_not_seal_for_this_item_sends_nothing(outgoing: Outgoing) -> None:
    one, other = await outgoing.referred(), await outgoing.referred("plimoruz")
    swap = (
        "UPDATE offers.outgoing q SET author = o.author FROM offers.outgoing o WHERE q.item_id = $1 AND o.item_id = $2"
    )
    await outgoing.execute(swap, one, other)
    await outgoing.send()
    (body,) = outgoing.simulator.bodies
    assert orjson.loads(body)["data"]["item"] == other
    assert (await outgoing.state(one))["transmission"] == rejected("NOT_PERMITTED")


async def test_a_person_of_others_a_hidden_service_and_an_unknown_one_are_refused_and_queue_nothing(
    outgoing: Outgoing,
) -> None:
    for slug in ("xandrovu", "groxandel"):
        assert (await outgoing.refer(slug)).code == "WRITE_REFUSED"
    nobody = {"person": NOBODY, "service": SERVICE, "idempotencyKey": "key-of-nobody"}
    assert (await outgoing.hub.ask("referent-a", REFER, {"input": nobody})).code == "WRITE_REFUSED"
    assert (await outgoing.refer(service="nowhere--service")).code == "OFFER_UNKNOWN"
    hidden = await outgoing.execute(
        "SELECT service.id FROM offers.service JOIN offers.structure ON structure.id = structure_id"
        " WHERE sensitivity IS NOT NULL ORDER BY 1"
    )
    for row in hidden:
        assert (await outgoing.refer(service=row["id"])).code == "REVEALS_PROTECTED", row
    assert hidden
    health = await outgoing.refer(service="demonstration--service-02")
    assert health.code == "REVEALS_PROTECTED"
    assert await outgoing.execute(QUEUE) == []


async def test_a_key_that_comes_again_queues_once_and_serves_nothing_else(outgoing: Outgoing) -> None:
    asked = {"person": outgoing.world.persons["vurnibal"], "service": SERVICE, "idempotencyKey": "sent-again-01"}
    answers = [await outgoing.hub.ask("referent-a", REFER, {"input": asked}) for _ in range(2)]
    assert len({answer.data["referToService"]["id"] for answer in answers}) == 1
    assert len(await outgoing.execute(QUEUE)) == 1
    asked["service"] = "demonstration--service-04"
    assert (await outgoing.hub.ask("referent-a", REFER, {"input": asked})).code == "IDEMPOTENCY_KEY_REUSED"


async def test_the_queue_holds_nothing_of_the_person_nor_of_who_wrote(outgoing: Outgoing) -> None:
    await outgoing.referred()
    (row,) = await outgoing.execute(
        "SELECT (to_jsonb(outgoing) - '{author,item_id,key}'::text[])::text AS row, author FROM offers.outgoing"
    )
    held = row["row"] + row["author"].decode("latin-1")  # no digits of a random id, which may be those of a canary
    assert [canary.text for canary in outgoing.world.canaries if canary.text and canary.text in held] == []
    assert "referent" not in held


async def test_what_waits_is_counted_for_whoever_watches(outgoing: Outgoing) -> None:
    await outgoing.referred()
    (backlog,) = [row for row in await outgoing.hub.app._backlogs() if row.system == "orientations"]
    assert (backlog.waiting, backlog.oldest is not None) == (1, True)


async def test_a_system_without_settings_is_written_nothing_for(outgoing: Outgoing) -> None:
    document = "mutation A($input: ApplyToJobInput!) { applyToJob(input: $input) { id } }"
    asked = {"person": outgoing.world.persons["vurnibal"], "company": "x", "idempotencyKey": "not-connected"}
    got = await outgoing.hub.ask("referent-a", document, {"input": asked})
    assert (got.status, got.code, got.statements) == (409, "NOT_CONNECTED", {})


async def test_what_reveals_more_since_the_write_is_not_sent(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    reveal = (
        "UPDATE offers.structure SET sensitivity = $1 FROM offers.service"
        " WHERE structure.id = structure_id AND service.id = $2"
    )
    await outgoing.execute(reveal, "SAN", SERVICE)
    try:
        assert (await outgoing.send()).rejected == 1
    finally:
        await outgoing.execute(reveal, None, SERVICE)
    assert outgoing.simulator.bodies == []
    assert (await outgoing.state(item))["transmission"] == rejected("NOT_PERMITTED")


async def test_a_command_that_is_killed_at_any_step_is_taken_up_by_the_next_and_sends_one_item(
    outgoing: Outgoing, folder: Path, served: tuple[RecordSystem, str]
) -> None:
    """kill -9 once the request has come, then once the item is made; the third settles it."""
    item, simulator = await outgoing.referred(), outgoing.simulator
    settings = folder / "sends.toml"
    settings.write_text(
        f'{(folder / "settings.toml").read_text()}\n[[outgoing]]\nsystem = "orientations"\nurl = "{served[1]}"\n'
    )
    keys = outgoing.hub.database.keys.directory
    (keys / "outgoing-orientations.toml").touch(0o600)
    (keys / "outgoing-orientations.toml").write_text(f'secret = "{SECRET}"\n')
    command = [sys.executable, "-m", "hub.cli", "send", "--settings", str(settings), "--keys", str(keys)]
    running: list[subprocess.Popen[bytes]] = []

    def kill(*_: str) -> None:
        running[-1].kill()

    def run() -> int:
        running.append(
            subprocess.Popen(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": outgoing.hub.database.place})
        )
        return running[-1].wait()

    for step in ("request", "item", "none"):
        simulator.before_answer = kill if step == "request" else lambda: None
        simulator.made = kill if step == "item" else lambda key: None
        assert await asyncio.to_thread(run) == (0 if step == "none" else -9)
    assert len(simulator.items) == 1
    assert len({orjson.loads(body)["id"] for body in simulator.bodies}) == 1
    assert (await outgoing.state(item))["transmission"] == ACCEPTED
