"""What a mutation writes for another system is decided again, sent under one key, and settled by the answer."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from hub.outgoing.systems import SYSTEMS
from schema.facts import Fact, link_key
from schema.residual import Clause, Residual, Rule
from subgraphs.kit.server import Subgraph
from subgraphs.kit.transactions import Database as Pool
from subgraphs.offers.queries import MODEL
from tests.e2e.canary_operations import NOBODY
from tests.kit.conftest import POLICY, context
from tests.outgoing.conftest import ACCEPTED, PENDING, QUEUE, REFER, SERVICE, Outgoing, rejected

pytestmark = pytest.mark.asyncio(loop_scope="module")

REFER_ALONE = "mutation ($input: ReferToServiceInput!) { referToService(input: $input) { id } }"
REVEAL = """
UPDATE offers.structure SET sensitivity = $1 FROM offers.service
WHERE structure.id = structure_id AND service.id = $2
"""
CAME_IN = """
INSERT INTO offers.referral (id, person_id, service_id, status, sent_on, source, source_id, as_of, recorded_by)
SELECT gen_random_uuid(), person_id, service_id, 'VALIDEE', sent_on, 'orientations', $2, now(), 'of another system'
FROM offers.referral WHERE id = $1
"""
ITEM = "SELECT id::text, person_id::text, source, source_id, transmission_state FROM offers.referral WHERE id = $1"


async def test_what_is_accepted_becomes_the_systems_item_and_nothing_else_of_the_person_leaves(
    outgoing: Outgoing,
) -> None:
    item = (await outgoing.refer()).data["referToService"]
    assert item["transmission"].pop("since") is not None
    assert (item["transmission"], item["status"], item["provenance"]) == (PENDING, None, {"source": "hub"})
    assert (await outgoing.send()).accepted == 1
    (body,) = outgoing.simulator.bodies
    event = orjson.loads(body)
    assert sorted(event) == ["actor", "data", "id", "source", "specversion", "structure", "time", "type"]
    assert sorted(event["data"]) == ["beneficiary", "item", "sent", "service"]
    assert (event["data"]["item"], event["data"]["service"]) == (item["id"], SERVICE)
    assert outgoing.canaries(body) == {("vurnibal", "ID")}
    assert outgoing.world.persons["vurnibal"] not in body.decode()
    read = await outgoing.state(item["id"])
    assert (read["transmission"], read["provenance"]) == (ACCEPTED, {"source": "orientations"})
    key = outgoing.simulator.key(event["id"])
    (row,) = await outgoing.execute("SELECT id::text, source_id FROM offers.referral WHERE source_id = $1", key)
    assert row["id"] == item["id"]
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

    def take_in(key: str) -> None:
        asyncio.run_coroutine_threadsafe(outgoing.execute(CAME_IN, item, key), loop).result(20)

    outgoing.simulator.after_request = take_in
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
    update = "UPDATE offers.referral SET recorded_by = 'of another system', status = 'VALIDEE' WHERE id = $1"
    await outgoing.execute(update, item)
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


@pytest.mark.parametrize("owner", ["of one that it made before", "of one of another person"])
async def test_a_key_of_another_item_takes_nothing_away_and_gives_nothing(outgoing: Outgoing, owner: str) -> None:
    first = await outgoing.referred()
    assert (await outgoing.send()).accepted == 1
    key = outgoing.simulator.key(next(iter(outgoing.simulator.items)))
    if owner == "of one of another person":
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
    answers = {
        "text": {"state": "Maëlle"},
        "key": {"state": "ACCEPTED", "id": "1 85 05 78 006 084 36"},
        "code": {"state": "REJECTED", "code": "Maëlle est inconnue"},
    }
    simulator.closed = fault == "closed"
    simulator.answers = [answers[fault]] if fault in answers else []
    if fault not in answers and fault != "closed":
        simulator.faults.append(fault)
    assert (await outgoing.send()).left == 1
    assert "Maëlle" not in str(outgoing.output)
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
    assert "SENDING_UNREAD" in outgoing.output[-1]
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
    assert "SYNC_CIRCUIT_OPEN" in outgoing.output[-1]


@pytest.mark.parametrize("right", ["objection", "ended link"])
async def test_what_changed_since_the_write_is_decided_again_and_nothing_is_sent(
    outgoing: Outgoing, right: str
) -> None:
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
    }[right]
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


async def test_an_item_that_its_author_may_not_read_is_refused_as_such_and_queues_nothing(outgoing: Outgoing) -> None:
    """No policy in force is so; the writing subgraph is asked under one that is."""
    person, database = outgoing.world.persons["vurnibal"], outgoing.hub.database
    of_referent = "SELECT scope_id FROM access.link WHERE person_id = $1 AND relation = $2 AND valid_until IS NULL"
    scope = (await outgoing.execute(of_referent, person, int(Fact.REFERENT)))[0]["scope_id"]
    linked = (Clause(int(Fact.REFERENT)),)
    hidden, read = (
        Residual(rows={"Referral": Rule(rows)}, fields={"ReferToServiceInput.service": Rule(linked)})
        for rows in ((Clause(int(Fact.SELF)),), linked)
    )
    pools = [Pool(database.dsn(f"offers_{kind}"), 2) for kind in ("query", "write")]
    for pool in pools:
        await pool.open()
    offers = Subgraph(MODEL, pools[0], policy=POLICY, cursors=b"c" * 32, writing=pools[1])

    async def refer(rights: Residual, key: str) -> Any:
        inputs = {"person": person, "service": SERVICE, "idempotencyKey": key}
        author = context(rights, link_key(Fact.REFERENT, scope))._replace(now=outgoing.hub.app.pipeline.clock())
        answer = await offers.execute(REFER_ALONE, {"input": inputs}, author)
        return [error["extensions"]["code"] for error in answer.get("errors", ())] or answer["data"]["referToService"]

    try:
        assert await refer(hidden, "key-00001") == ["WRITE_REFUSED"]
        await outgoing.execute(REVEAL, "SAN", SERVICE)
        assert await refer(hidden, "key-00002") == ["REVEALS_PROTECTED"]
        await outgoing.execute(REVEAL, None, SERVICE)
        assert await outgoing.execute(QUEUE) == []
        assert (await refer(read, "key-00003"))["id"]
    finally:
        await outgoing.execute(REVEAL, None, SERVICE)
        for pool in pools:
            await pool.close()


async def test_a_key_that_comes_again_queues_once_and_serves_nothing_else(outgoing: Outgoing) -> None:
    inputs = {"person": outgoing.world.persons["vurnibal"], "service": SERVICE, "idempotencyKey": "sent-again-01"}
    answers = [await outgoing.hub.ask("referent-a", REFER, {"input": inputs}) for _ in range(2)]
    assert len({answer.data["referToService"]["id"] for answer in answers}) == 1
    assert len(await outgoing.execute(QUEUE)) == 1
    inputs["service"] = "demonstration--service-04"
    assert (await outgoing.hub.ask("referent-a", REFER, {"input": inputs})).code == "IDEMPOTENCY_KEY_REUSED"


async def test_a_system_without_settings_is_written_nothing_for(outgoing: Outgoing) -> None:
    document = "mutation A($input: ApplyToJobInput!) { applyToJob(input: $input) { id } }"
    inputs = {"person": outgoing.world.persons["vurnibal"], "company": "x", "idempotencyKey": "not-connected"}
    got = await outgoing.hub.ask("referent-a", document, {"input": inputs})
    assert (got.status, got.code, got.statements) == (409, "NOT_CONNECTED", {})


async def test_what_reveals_more_since_the_write_is_not_sent(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute(REVEAL, "SAN", SERVICE)
    try:
        assert (await outgoing.send()).rejected == 1
    finally:
        await outgoing.execute(REVEAL, None, SERVICE)
    assert outgoing.simulator.bodies == []
    assert (await outgoing.state(item))["transmission"] == rejected("NOT_PERMITTED")
