"""Refused records of APIs and of notifications wait as those of files do, and no kill loses one."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import orjson
import pytest

from hub.runs.quarantine import expiring
from hub.sync.link_settings import SyncLink
from infra.role_names import QUARANTINE_WRITER
from schema.days import today
from tests.conftest import Database
from tests.e2e.test_webhooks import CD08, Receiver, code, rdv, receiver
from tests.forked import ForkedHub
from tests.runs.test_quarantine import retry, waiting
from tests.simulators.immersion_facile import ImmersionSimulator, convention
from tests.simulators.rdv_insertion import RdvInsertionSimulator, user
from tests.sources.ingestion import rows, values
from tests.sync.test_schedule import settings_file
from tests.sync.test_sync import link, run
from tests.sync.test_sync import own_keys as sync_keys_of

__all__ = ["receiver"]


@pytest.fixture
def users() -> Iterator[tuple[RdvInsertionSimulator, SyncLink]]:
    """RDV-Insertion, two of whose users can't be taken."""
    simulator = RdvInsertionSimulator()
    simulator.organisations = {403_023: [user(number) for number in range(5)]}
    for number in (1, 3):
        simulator.organisations[403_023][number]["birth_date"] = 7
    with simulator.served() as url:
        yield simulator, link("rdv-insertion", url)


async def test_what_an_api_gives_and_is_refused_waits_once_however_often_it_is_read(
    fresh_database: Database, tmp_path: Path, users: tuple[RdvInsertionSimulator, SyncLink]
) -> None:
    _, row = users
    await run(fresh_database, tmp_path, row)
    first = waiting(fresh_database)
    assert [(record["code"], record["retriable"]) for record in first] == [("SCHEMA_INVALID", True)] * 2
    await run(fresh_database, tmp_path, row)
    assert waiting(fresh_database) == first
    assert retry(fresh_database, "rdv-insertion").code == 1
    assert waiting(fresh_database) == first, "read again, it is refused by the same code"


async def test_what_an_api_no_longer_gives_as_it_was_leaves_with_the_next_whole_reading(
    fresh_database: Database, tmp_path: Path, users: tuple[RdvInsertionSimulator, SyncLink]
) -> None:
    simulator, row = users
    await run(fresh_database, tmp_path, row)
    simulator.organisations[403_023][1] = user(1)
    await run(fresh_database, tmp_path, row)
    assert len(waiting(fresh_database)) == 1
    await rows(fresh_database, "UPDATE quarantine.record SET account = 'autre' RETURNING 1")
    simulator.organisations[403_023][3] = user(3)
    await run(fresh_database, tmp_path, row)
    assert len(waiting(fresh_database)) == 1, "another account's reading forgets nothing"


async def test_a_record_of_an_api_is_taken_by_a_retry_once_its_person_is_known(
    fresh_database: Database, tmp_path: Path
) -> None:
    simulator = ImmersionSimulator()
    simulator.conventions = [convention(1, today())]
    with simulator.served() as url:
        await run(fresh_database, tmp_path, link("immersion-facile", url))
    (record,) = waiting(fresh_database)
    assert (record["source"], record["code"]) == ("immersion-facile", "MATCH_NONE")
    who = simulator.conventions[0]["signatories"]["beneficiary"]
    person = user(
        1, first_name=who["firstName"], last_name=who["lastName"], birth_date=who["birthdate"][:10], email=who["email"]
    )
    people = RdvInsertionSimulator()
    people.organisations = {403_023: [person]}
    department = simulator.conventions[0]["agencyDepartment"]
    with people.served() as url:
        await run(fresh_database, tmp_path, link("rdv-insertion", url, department=department))
    again = retry(fresh_database, "immersion-facile")
    assert again.code == 0, again
    assert waiting(fresh_database) == []
    assert await values(fresh_database, "SELECT count(*) FROM offers.immersion_agreement") == [1]


def broken(number: int) -> bytes:
    """A notification of a person whose title is unknown."""
    message = orjson.loads(rdv(number))
    message["data"]["users"][0]["title"] = "DOCTEURUNIQUE"
    return orjson.dumps(message)


def test_a_refused_notification_waits_and_the_same_one_again_replaces_it(
    receiver: Receiver, fresh_database: Database
) -> None:
    notification = broken(1)  # it names the second in which it was made
    for _ in range(2):
        assert code(receiver.send(CD08, notification)) == "SCHEMA_INVALID"
    assert receiver.send(CD08, rdv(2)).status_code == 200
    receiver.send(CD08, broken(3), {"x-rdvi-signature": "0"})
    (record,) = waiting(fresh_database)
    assert (record["code"], record["file"], record["retriable"]) == ("SCHEMA_INVALID", "notification-….json", True)
    again = retry(fresh_database, "rdv-insertion")
    assert "SCHEMA_INVALID" in again.out, "it is read without its secret, since it was proven when it came"
    assert waiting(fresh_database) == [record]
    sealed = asyncio.run(values(fresh_database, "SELECT sealed FROM quarantine.record"))[0]
    assert b"DOCTEURUNIQUE" not in sealed


def test_a_notification_keeps_the_owner_that_its_organisation_had(receiver: Receiver, fresh_database: Database) -> None:
    """A retry without the organisations of its sender would else write an item that nobody owns."""
    table = "appointments.appointment"
    asyncio.run(rows(fresh_database, f"ALTER TABLE {table} ADD CONSTRAINT later CHECK (status <> 'INCONNU')"))
    assert code(receiver.send(CD08, rdv(1))) == "CONSTRAINT_VIOLATED"
    asyncio.run(rows(fresh_database, f"ALTER TABLE {table} DROP CONSTRAINT later"))
    assert retry(fresh_database, "rdv-insertion").code == 0
    owners = asyncio.run(values(fresh_database, f"SELECT organisation_siret FROM {table}"))
    assert owners == ["99900030800011"]


@asynccontextmanager
async def locked_quarantine(database: Database) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Let nobody write the quarantine during the block."""
    connection = await database.connect()
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE quarantine.record IN EXCLUSIVE MODE")
            yield connection
    finally:
        await connection.close()


async def reached(connection: asyncpg.Connection[asyncpg.Record], process: subprocess.Popen[str] | ForkedHub) -> None:
    """Return once a process waits to write the quarantine: all else of what it has read is committed."""
    query = "SELECT true FROM pg_locks WHERE NOT granted AND relation = 'quarantine.record'::regclass"
    while not await connection.fetchval(query):
        assert process.poll() is None


async def test_a_reading_that_is_killed_before_its_refusals_are_kept_moves_no_cursor_and_loses_none(
    fresh_database: Database, tmp_path: Path
) -> None:
    simulator = ImmersionSimulator()
    simulator.conventions = [convention(number, today() - timedelta(days=number)) for number in range(3)]
    with simulator.served() as url:
        row = link("immersion-facile", url)
        keys = sync_keys_of(fresh_database, tmp_path, row.source)
        settings = settings_file(tmp_path, url)
        settings.write_text(settings.read_text().replace('source = "data-inclusion"', f'source = "{row.source}"'))
        command = ["sync", row.source, "--settings", settings, "--keys", keys.directory]
        environment = {**os.environ, "DATABASE_URL": fresh_database.place}
        async with locked_quarantine(fresh_database) as connection:
            with ForkedHub(command, environment) as process:
                await reached(connection, process)
                process.kill()
        assert waiting(fresh_database) == []
        assert await rows(fresh_database, "SELECT cursor, reading_since IS NULL AS ended FROM runs.sync_state") == [
            {"cursor": None, "ended": False}
        ]
        assert await values(fresh_database, "SELECT outcome FROM runs.run") == [None]
        await run(fresh_database, tmp_path, row)
    assert [record["code"] for record in waiting(fresh_database)] == ["MATCH_NONE"] * 3


async def test_a_notification_is_not_answered_before_its_refusal_is_kept(
    receiver: Receiver, fresh_database: Database
) -> None:
    async with locked_quarantine(fresh_database) as connection:
        answer = asyncio.ensure_future(asyncio.to_thread(receiver.send, CD08, broken(1)))
        await reached(connection, receiver.process.popen)
        assert not answer.done()
    assert code(await answer) == "SCHEMA_INVALID"
    assert len(waiting(fresh_database)) == 1


async def test_what_waited_too_long_goes_although_nothing_is_read(fresh_database: Database, tmp_path: Path) -> None:
    await rows(
        fresh_database,
        "INSERT INTO quarantine.record (source, digest, place, file, code, refused_at)"
        " SELECT 'orientations', repeat('a', 64), number, 'a', 'ROW_SHAPE', now() - make_interval(days => 29 + number)"
        " FROM generate_series(0, 2) AS number RETURNING 1",
    )
    query = "SELECT place FROM quarantine.record"
    async with expiring(fresh_database.dsn(QUARANTINE_WRITER)):
        while len(await values(fresh_database, query)) == 3:
            pass
    assert await values(fresh_database, query) == [0]
    await rows(fresh_database, "UPDATE quarantine.record SET refused_at = now() - interval '31 days' RETURNING 1")
    assert "rien" in retry(fresh_database, "orientations").out
    assert await values(fresh_database, query) == []
    async with expiring("postgresql://127.0.0.1:1/nothing"):
        pass
