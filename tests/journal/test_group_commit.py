"""The journal: committed before anything leaves, written in groups, and never holding a value."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from hub.errors import NotServed
from hub.journal.record import Disclosure, disclosures
from hub.journal.tables import metadata
from hub.journal.write.group_commit import Journal
from hub.journal.write.keyring import Keyring
from tests.conftest import Database
from tests.journal.sample_journal import SIGNER, checked, fill, findings, intent, rows, running, tamper


async def test_intent_and_disclosure_are_committed_when_disclose_returns(
    journal: Journal, keyring: Keyring, database: Database
) -> None:
    entry = intent()
    receipt = journal.intend(entry)
    person = str(uuid4())
    disclosures = await keyring.disclosures([(frozenset({"Person.lastName", "Person.id"}), frozenset(), [person])])
    await journal.disclose(receipt, entry.disclosed({"NOT_HELD": 2}), disclosures)
    entries = await rows(
        database, "SELECT kind, decisions FROM journal.entry WHERE request = $1 ORDER BY seq", entry.request
    )
    assert [(row["kind"], row["decisions"]) for row in entries] == [("INTENT", "{}"), ("DISCLOSURE", '{"NOT_HELD": 2}')]
    (row,) = await rows(database, "SELECT * FROM journal.disclosure WHERE request = $1", entry.request)
    assert row["coordinates"] == ["Person.id", "Person.lastName"]
    assert person not in repr(row)


def test_people_of_whom_the_same_was_released_share_one_row() -> None:
    same, none = frozenset({"Person.id"}), frozenset[str]()
    subjects = [(same, none, [str(uuid4())]) for _ in range(1_000)]
    grouped = disclosures([*subjects, (same | {"Person.rsa"}, none, [str(uuid4())])])
    assert sorted(len(row.subjects) for row in grouped) == [1, 1_000]


def test_the_order_of_an_answer_is_not_in_its_entry() -> None:
    coordinates, people = frozenset({"Person.id"}), [str(uuid4()) for _ in range(10)]
    grouped = [disclosures([(coordinates, frozenset(), order)]) for order in (people, sorted(people))]
    assert grouped[0] == grouped[1] != []


async def test_requests_of_one_moment_share_a_commit(journal: Journal, database: Database) -> None:
    before = await rows(database, "SELECT pg_current_xact_id_if_assigned() IS NULL AS idle")
    assert before[0]["idle"]
    entries = [intent() for _ in range(100)]
    receipts = [journal.intend(entry) for entry in entries]
    await asyncio.gather(*(journal.disclose(r, e.disclosed({}), []) for r, e in zip(receipts, entries, strict=True)))
    counts = await rows(
        database,
        "SELECT count(*) AS entries, count(DISTINCT xmin::text) AS commits FROM journal.entry WHERE request = ANY($1)",
        [entry.request for entry in entries],
    )
    assert counts[0]["entries"] == 200
    assert counts[0]["commits"] <= 2


async def test_an_entry_that_cannot_be_written_stops_the_answer(fresh_database: Database) -> None:
    journal = Journal(fresh_database.dsn, SIGNER)
    await journal.start()
    admin = await fresh_database.connect()
    try:
        await admin.execute("REVOKE INSERT ON journal.disclosure FROM journal_writer")
        entry = intent()
        receipt = journal.intend(entry)
        with pytest.raises(NotServed) as caught:
            await journal.disclose(receipt, entry.disclosed({}), [Disclosure(("Person.id",), (), ("00",))])
        assert caught.value.code == "JOURNAL_UNAVAILABLE"
        assert await admin.fetchval("SELECT count(*) FROM journal.entry WHERE kind = 'DISCLOSURE'") == 0
        await admin.execute("GRANT INSERT ON journal.disclosure TO journal_writer")
        after = intent()
        await journal.disclose(journal.intend(after), after.disclosed({}), [])
    finally:
        await admin.close()
        await journal.stop()


async def test_an_entry_that_the_writer_cannot_even_encode_stops_its_answer_and_no_later_one(
    fresh_database: Database,
) -> None:
    journal = Journal(fresh_database.dsn, SIGNER)
    await journal.start()
    try:
        entry = intent()._replace(decisions={(1, 2): 1})  # type: ignore[dict-item]
        with pytest.raises(NotServed):
            await journal.disclose(journal.intend(entry), entry, [])
        after = intent()
        await journal.disclose(journal.intend(after), after.disclosed({}), [])
    finally:
        await journal.stop()
    (written,) = await rows(fresh_database, "SELECT DISTINCT request FROM journal.entry")
    assert written["request"] == after.request


async def test_a_lost_connection_is_made_again_without_a_request_and_costs_none(fresh_database: Database) -> None:
    journal = Journal(fresh_database.dsn, SIGNER)
    await journal.start()
    admin = await fresh_database.connect()
    try:
        for requested in (True, False):
            await admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'journal_writer'"
                " AND datname = current_database()"
            )
            async with asyncio.timeout(10):
                await reached(journal, False)
                if requested:
                    entry = intent()
                    await journal.disclose(journal.intend(entry), entry.disclosed({}), [])
                await reached(journal, True)
    finally:
        await admin.close()
        await journal.stop()


async def reached(journal: Journal, writing: bool) -> None:
    while journal.writing is not writing:  # noqa: ASYNC110 - the peer's doing, which no event tells
        await asyncio.sleep(0)


async def test_an_answer_whose_entry_is_being_written_when_the_journal_stops_waits_for_the_commit(
    fresh_database: Database,
) -> None:
    journal = Journal(fresh_database.dsn, SIGNER)
    await journal.start()
    admin = await fresh_database.connect()
    entry = intent()
    receipt = journal.intend(entry)
    await receipt.ended()
    try:
        async with admin.transaction():
            await admin.execute("LOCK journal.entry IN EXCLUSIVE MODE")
            answer = asyncio.create_task(journal.disclose(receipt, entry.disclosed({}), []))
            while not await admin.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                pass
            stopped = asyncio.create_task(journal.stop())
            await asyncio.sleep(0)
        await stopped
        (outcome,) = await asyncio.gather(answer, return_exceptions=True)
    finally:
        await admin.close()
    written = await rows(fresh_database, "SELECT 1 FROM journal.entry WHERE request = $1", entry.request)
    assert (outcome is None) == (len(written) == 2)
    assert outcome is None


async def test_after_a_failure_another_stream_goes_on_and_all_verifies(fresh_database: Database) -> None:
    """Whether the failed batch was committed is not known: its places are never used again."""
    async with running(fresh_database) as journal:
        await fill(journal, 2)
        await tamper(
            fresh_database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'journal_writer'"
            " AND datname = current_database()",
        )
        async with asyncio.timeout(10):
            await reached(journal, False)
            await reached(journal, True)
        await fill(journal, 2)
    verification = await checked(fresh_database)
    assert (verification.findings, verification.entries, len(verification.trail.streams)) == ([], 8, 2)


async def test_a_journal_that_starts_signs_what_a_killed_one_left(fresh_database: Database) -> None:
    killed = Journal(fresh_database.dsn, SIGNER)
    await killed.start()
    await fill(killed, 3)
    assert killed._task is not None
    assert killed._writer is not None
    killed._task.cancel()
    killed._writer.abandon()
    assert (await checked(fresh_database)).unsigned == 6
    async with running(fresh_database):
        assert (await checked(fresh_database)).unsigned == 0
    await tamper(fresh_database, *(f"DELETE FROM journal.{t} WHERE seq > 4" for t in ("entry", "disclosure")))
    assert await findings(fresh_database) == [("ENTRIES_TRUNCATED", 5, 6)]


async def test_a_living_journal_signs_what_it_wrote_though_nobody_asks_more(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.journal.write.group_commit.CHECKPOINT_SECONDS", 0.0)
    monkeypatch.setattr("hub.journal.write.group_commit.RECONNECT_SECONDS", 0.01)
    async with running(fresh_database) as journal:
        await fill(journal, 1)
        async with asyncio.timeout(10):
            while (verification := await checked(fresh_database)).unsigned:
                pass
        assert (verification.findings, verification.entries) == ([], 2)


async def test_entries_whose_clock_went_back_keep_the_order_of_their_months(fresh_database: Database) -> None:
    later = datetime.now(UTC) + timedelta(days=40)
    async with running(fresh_database) as journal:
        for at in (later, later - timedelta(days=20)):
            entry = intent(at=at)
            await journal.disclose(journal.intend(entry), entry, [])
    times = [row["at"] for row in await rows(fresh_database, "SELECT at FROM journal.entry ORDER BY seq")]
    assert times == [later] * 4
    assert await findings(fresh_database) == []


async def test_an_entry_of_a_month_that_was_not_made_stops_its_answer(emptied: Database) -> None:
    async with running(emptied) as journal:
        entry = intent(at=datetime.now(UTC) + timedelta(days=900))
        with pytest.raises(NotServed):
            await journal.disclose(journal.intend(entry), entry, [])
        await fill(journal, 1)
    assert await findings(emptied) == []


async def test_a_journal_that_cannot_be_reached_does_not_start() -> None:
    with pytest.raises(NotServed):
        await Journal(lambda _: "postgresql://nobody@/none?host=/nonexistent", SIGNER).start()


async def test_the_writing_role_can_neither_read_nor_change(database: Database) -> None:
    connection = await database.connect("journal_writer")
    try:
        for statement in (
            "SELECT 1 FROM journal.entry",
            "DELETE FROM journal.entry",
            "UPDATE journal.entry SET kind = kind",
            "SELECT 1 FROM journal.disclosure",
            "DELETE FROM journal.checkpoint",
            "UPDATE journal.checkpoint SET number = number",
            "SELECT 1 FROM journal_keys.person",
            "SELECT journal.open_months()",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


async def test_migrated_tables_are_the_declared_ones(database: Database) -> None:
    live = await rows(
        database,
        "SELECT table_name, column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'journal'"
        " AND table_name <> 'alembic_version' AND table_name !~ '_[0-9]{4}_[0-9]{2}$' ORDER BY 1, ordinal_position",
    )
    declared = [
        (table.name, column.name, "YES" if column.nullable else "NO")
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
    ]
    assert [tuple(row) for row in live] == declared
