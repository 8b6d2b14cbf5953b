"""What waits in the queue: how long, for whom, under which author, and who takes it up."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import orjson
import pytest

from demo.token_issuer import Issuer
from hub.outgoing.follower import follow
from hub.outgoing.lateness import read_backlogs
from hub.outgoing.systems import SYSTEMS
from infra.role_names import OUTGOING_SENDER, RUNS_READER
from schema.overlapping_keys import NONCE
from subgraphs.kit.write import outgoing as outgoing_queue
from tests.cli.commands import hub
from tests.forked import ForkedHub
from tests.outgoing.conftest import ACCEPTED, PENDING, QUEUE, Outgoing, rejected
from tests.simulators.system_of_record import SECRET, RecordSystem

pytestmark = pytest.mark.asyncio(loop_scope="module")


def _encrypted(secret: bytes, item: str, system: str, content: bytes) -> bytes:
    """An author of this installation that holds something else."""
    nonce = bytes(NONCE)
    return nonce + outgoing_queue._cipher(secret).encrypt(nonce, content, outgoing_queue._place(item, system))


async def test_what_waited_too_long_is_given_up(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute("UPDATE offers.outgoing SET queued_at = queued_at - interval '4 days'")
    assert (await outgoing.send()).rejected == 1
    assert (await outgoing.state(item))["transmission"] == rejected("EXPIRED")
    assert outgoing.simulator.bodies == []


async def test_what_waits_for_a_system_that_left_the_settings_is_given_up_by_the_same_rule(
    outgoing: Outgoing, tmp_path: Path
) -> None:
    item = await outgoing.referred()
    sender = outgoing.sender(is_left=True)
    counts = await sender.run(asyncio.Event())
    assert (counts.rejected, counts.waiting) == (0, 1)
    await outgoing.execute("UPDATE offers.outgoing SET queued_at = queued_at - interval '4 days'")
    database, settings = outgoing.hub.database, Issuer(tmp_path).write_settings({})
    command = ("send", "--settings", settings, "--keys", database.keys.directory)
    run = partial(hub, *command, database_url=database.admin_dsn)
    (await asyncio.to_thread(run, "orientations")).check_refused("OUTGOING_SYSTEM")
    result = await asyncio.to_thread(run)
    assert result.out.startswith("Acceptés : 0 ; refusés ou non envoyés : 1. En attente : 0"), result.err
    assert (await outgoing.state(item))["transmission"] == rejected("EXPIRED")


async def test_an_item_that_is_erased_takes_its_author_out_of_the_queue(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    await outgoing.execute("DELETE FROM offers.referral WHERE id = $1", item)
    assert await outgoing.execute(QUEUE) == []


async def test_a_hub_that_refuses_by_something_else_than_the_policy_rejects_nothing(outgoing: Outgoing) -> None:
    item, system = await outgoing.referred(), SYSTEMS["orientations"]
    counts = await outgoing.send(replace(system, selects="fieldOfAnotherRelease"))
    assert (counts.left, counts.rejected) == (1, 0)
    assert "SENDING_NOT_ANSWERED" in outgoing.output[-1]
    assert (await outgoing.state(item))["transmission"] == PENDING


async def test_an_author_of_another_release_waits_under_a_code(outgoing: Outgoing) -> None:
    item = await outgoing.referred()
    secret = outgoing.hub.database.keys.cursors
    await outgoing.execute(
        "UPDATE offers.outgoing SET author = $1", _encrypted(secret, item, "orientations", b'{"agent": "somebody"}')
    )
    assert (await outgoing.send()).left == 1
    assert "SENDING_AUTHOR_UNREAD" in outgoing.output[-1]
    assert "somebody" not in str(outgoing.output)
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


async def test_an_author_that_this_hub_did_not_seal_for_this_item_sends_nothing(outgoing: Outgoing) -> None:
    first, second = await outgoing.referred(), await outgoing.referred("plimoruz")
    swap = (
        "UPDATE offers.outgoing q SET author = o.author FROM offers.outgoing o WHERE q.item_id = $1 AND o.item_id = $2"
    )
    await outgoing.execute(swap, first, second)
    await outgoing.send()
    (body,) = outgoing.simulator.bodies
    assert orjson.loads(body)["data"]["item"] == second
    assert (await outgoing.state(first))["transmission"] == rejected("NOT_PERMITTED")


async def test_the_queue_holds_nothing_of_the_person_nor_of_who_wrote(outgoing: Outgoing) -> None:
    await outgoing.referred()
    (row,) = await outgoing.execute(
        "SELECT (to_jsonb(outgoing) - '{author,item_id,key}'::text[])::text AS row, author FROM offers.outgoing"
    )
    stored = row["row"] + row["author"].decode("latin-1")  # no digits of a random id, which may be those of a canary
    assert [canary.text for canary in outgoing.world.canaries if canary.text and canary.text in stored] == []
    assert "referent" not in stored


async def test_what_waits_is_counted_for_whoever_watches(outgoing: Outgoing) -> None:
    await outgoing.referred()
    (backlog,) = [row for row in await outgoing.hub.app.health.backlogs() if row.system == "orientations"]
    assert (backlog.waiting, backlog.oldest is not None) == (1, True)


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
    command = ["send", "--settings", settings, "--keys", keys]
    running: list[ForkedHub] = []

    def kill(*_: str) -> None:
        running[-1].kill()

    def run() -> int:
        with ForkedHub(command, {**os.environ, "DATABASE_URL": outgoing.hub.database.place}) as process:
            running.append(process)
        return process.wait()

    for step in ("request", "item", "none"):
        simulator.before_answer = kill if step == "request" else lambda: None
        simulator.after_request = kill if step == "item" else lambda key: None
        assert await asyncio.to_thread(run) == (0 if step == "none" else -9)
    assert len(simulator.items) == 1
    assert len({orjson.loads(body)["id"] for body in simulator.bodies}) == 1
    assert (await outgoing.state(item))["transmission"] == ACCEPTED
