"""kill -9 of a hub between the commit of a mutation and its answer: the journal has the intent, what is written says
who wrote it, and the same request again is answered without being made again."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2

from schema.days import today
from tests.conftest import Database
from tests.e2e.site import Site, fill, new_trace, serve
from tests.journal.sample_journal import rows

RECORD = "mutation R($input: RecordAppointmentInput!) { recordAppointment(input: $input) { id startsAt } }"
WRITTEN = """
SELECT item.id::text, item.person_id::text, request.mutation, request.purpose FROM appointments.appointment item
JOIN appointments.write_request request ON request.item_id = item.id WHERE item.source = 'hub'
"""
ENTRIES = "SELECT kind FROM journal.entry WHERE trace = $1 ORDER BY at, seq"


def send(site: Site, trace: str) -> Any:
    """Record one rendez-vous of Maëlle, always under the same key."""
    arguments = {"person": site.persons["maelle"], "startsAt": f"{today().year + 1}-02-03T09:00:00+00:00"}
    body = {"query": RECORD, "variables": {"input": {**arguments, "idempotencyKey": "killed-0001"}}}
    with closing(site.client):
        return site.post("referent-a", body, traceparent=f"00-{trace}-{trace[:16]}-01").json()


async def written(database: Database) -> list[dict[str, Any]]:
    """What mutations have written, with who asked for it."""
    connection = await database.connect()
    try:
        return [dict(row) for row in await connection.fetch(WRITTEN)]
    finally:
        await connection.close()


async def test_a_write_that_was_committed_and_never_answered_has_its_entry_and_is_not_made_twice(
    fresh_database: Database, tmp_path: Path
) -> None:
    filled = await asyncio.to_thread(fill, fresh_database, tmp_path)
    settings, first, second = filled.settings(), new_trace(), new_trace()
    administrator = await fresh_database.connect()
    try:
        with serve("all", fresh_database, tmp_path, settings) as process:
            async with administrator.transaction():
                await administrator.execute("LOCK TABLE journal_keys.person IN ACCESS EXCLUSIVE MODE")
                site = filled.site(process.url, fresh_database, {})
                asking = asyncio.create_task(asyncio.to_thread(send, site, first))
                while not (items := await written(fresh_database)) and not asking.done():
                    pass
                process.popen.kill()
                answer: Any = (await asyncio.gather(asking, return_exceptions=True))[0]
    finally:
        await administrator.close()
    assert (
        isinstance(answer, httpx2.TransportError) or answer["errors"][0]["extensions"]["code"] == "JOURNAL_UNAVAILABLE"
    )
    [item] = items
    assert (item["person_id"], item["mutation"], item["purpose"]) == (
        filled.persons["maelle"], "recordAppointment", "suivi",
    )  # fmt: skip
    assert [row["kind"] for row in await rows(fresh_database, ENTRIES, first)] == ["INTENT"]
    with serve("all", fresh_database, tmp_path, settings) as process:
        answer = await asyncio.to_thread(send, filled.site(process.url, fresh_database, {}), second)
    assert answer["data"]["recordAppointment"]["id"] == item["id"]
    assert await written(fresh_database) == [item]
    assert [row["kind"] for row in await rows(fresh_database, ENTRIES, second)] == ["INTENT", "DISCLOSURE"]
