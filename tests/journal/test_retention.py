"""Months that are over are dropped whole, and what remains verifies from the checkpoints that they leave."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from hub.errors import StartRefused
from hub.journal.chain import Chain
from hub.journal.checkpoint import State
from hub.journal.signing import Signer
from hub.journal.verify.retention import Expired, boundary, expire
from hub.journal.write.stream_writer import WRITE, add, batch
from tests.conftest import Database
from tests.journal.sample_journal import (
    SIGNER,
    TRUST,
    checked,
    copied,
    findings,
    intent,
    released,
    rows,
    tamper,
    written,
)

JANUARY, FEBRUARY, MARCH, APRIL = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))


async def stream_of(
    database: Database, months: Sequence[datetime], *, closed: bool = True, lines: int = 3, signer: Signer = SIGNER
) -> UUID:
    """A stream with some lines in each of these months, as a process would have written it then."""
    chain = Chain()
    admin = await database.connect()
    try:
        await add(admin, signer, chain.stream, 0, chain.head, State.OPENED)
        for month in months:
            for base in ("entry", "disclosure"):
                await admin.execute("SELECT journal.open_month($1, $2)", base, month)
            entries = [(intent(at=month.replace(day=day + 1)), [released("Person.id")]) for day in range(lines)]
            await admin.execute(WRITE, *batch(chain, signer, entries))
            await add(admin, signer, chain.stream, chain.seq, chain.head, State.PASSED)
        if closed:
            await add(admin, signer, chain.stream, chain.seq, chain.head, State.CLOSED)
    finally:
        await admin.close()
    return chain.stream


async def expired(database: Database, before: datetime) -> Expired:
    admin = await database.connect()
    try:
        return await expire(admin, SIGNER, TRUST, before)
    finally:
        await admin.close()


def test_an_entry_is_kept_as_many_whole_months_as_the_retention_says() -> None:
    assert boundary(datetime(2026, 11, 25, tzinfo=UTC), 6) == datetime(2026, 5, 1, tzinfo=UTC)
    assert boundary(datetime(2026, 3, 1, tzinfo=UTC), 6) == datetime(2025, 9, 1, tzinfo=UTC)
    assert boundary(datetime(2026, 1, 31, 23, 59, tzinfo=UTC), 1) == datetime(2025, 12, 1, tzinfo=UTC)


async def test_months_before_the_boundary_are_gone_and_the_others_verify(fresh_database: Database) -> None:
    over = await stream_of(fresh_database, [JANUARY, FEBRUARY])
    across = await stream_of(fresh_database, [FEBRUARY, MARCH])
    later = await stream_of(fresh_database, [MARCH])
    killed = await stream_of(fresh_database, [FEBRUARY], closed=False)
    dropped = await expired(fresh_database, MARCH)
    assert dropped.parts == ("disclosure_2026_01", "disclosure_2026_02", "entry_2026_01", "entry_2026_02")
    left = await rows(fresh_database, "SELECT stream, seq FROM journal.entry ORDER BY at, stream, seq")
    assert sorted((row["stream"], row["seq"]) for row in left) == sorted(
        [*((across, seq) for seq in (4, 5, 6)), *((later, seq) for seq in (1, 2, 3))]
    )
    verified = await checked(fresh_database)
    assert (verified.findings, verified.entries, verified.unsigned) == ([], 6, 0)
    assert verified.trail.streams.keys() == {across, later, killed}
    assert verified.trail.anchor == dropped.anchor
    assert over not in verified.trail.streams


async def test_tampering_is_found_as_before_once_months_are_gone(fresh_database: Database) -> None:
    stream = await stream_of(fresh_database, [JANUARY, FEBRUARY, MARCH])
    await expired(fresh_database, FEBRUARY)
    await tamper(fresh_database, f"UPDATE journal.entry SET actor = 'x' WHERE stream = '{stream}' AND seq = 4")
    assert await findings(fresh_database) == [("ENTRIES_CHANGED", 4, 4)]
    await tamper(
        fresh_database, *(f"DELETE FROM journal.{t} WHERE seq = 4 OR seq > 7" for t in ("entry", "disclosure"))
    )
    assert await findings(fresh_database) == [("ENTRIES_REMOVED", 4, 4), ("ENTRIES_TRUNCATED", 8, 9)]


async def test_a_line_added_before_the_root_of_a_stream_is_found(fresh_database: Database) -> None:
    stream = await stream_of(fresh_database, [JANUARY, FEBRUARY])
    await expired(fresh_database, FEBRUARY)
    await tamper(fresh_database, copied(stream, 4, 2))
    assert await findings(fresh_database) == [("ENTRIES_ADDED", 2, 2)]


async def test_a_line_added_in_a_month_that_is_gone_is_found_and_goes_with_it(fresh_database: Database) -> None:
    stream = await stream_of(fresh_database, [JANUARY, FEBRUARY])
    await expired(fresh_database, FEBRUARY)
    await tamper(
        fresh_database,
        f"SELECT journal.open_month('entry', '{JANUARY:%Y-%m-%d}')",
        copied(stream, 4, 2),
        f"UPDATE journal.entry SET at = '{JANUARY:%Y-%m-%d}' WHERE stream = '{stream}' AND seq = 2",
    )
    assert await findings(fresh_database) == [("ENTRIES_EXPIRED", 2, 2)]
    await expired(fresh_database, FEBRUARY)
    assert await findings(fresh_database) == []


async def test_a_stream_that_is_gone_with_its_root_is_found(fresh_database: Database) -> None:
    for _ in range(2):
        await stream_of(fresh_database, [JANUARY, FEBRUARY])
    await expired(fresh_database, FEBRUARY)
    first = await rows(fresh_database, "SELECT stream FROM journal.checkpoint ORDER BY number LIMIT 1")
    tables = ("entry", "disclosure", "checkpoint")
    await tamper(fresh_database, *(f"DELETE FROM journal.{t} WHERE stream = '{first[0]['stream']}'" for t in tables))
    assert {fault for fault, _, _ in await findings(fresh_database)} == {"CHECKPOINTS_REMOVED"}


@pytest.mark.parametrize(("copy", "place"), [(3, 7), (6, 7)])
async def test_a_line_added_between_the_verification_and_the_roots_is_not_signed(
    fresh_database: Database, copy: int, place: int
) -> None:
    stream = await stream_of(fresh_database, [JANUARY, FEBRUARY])
    admin = await fresh_database.connect()
    try:
        await expire(_Adding(admin, copied(stream, copy, place)), SIGNER, TRUST, FEBRUARY)  # type: ignore[arg-type]
    finally:
        await admin.close()
    verification = await checked(fresh_database)
    assert verification.trail.streams[stream].root[0] == 3
    assert verification.trail.streams[stream].closed == 6
    await tamper(fresh_database, f"DELETE FROM journal.disclosure WHERE stream = '{stream}' AND seq = 5")
    assert ("ENTRIES_CHANGED", 5, 5) in await findings(fresh_database)


async def test_a_checkpoint_forged_between_the_verification_and_the_roots_stops_both(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY, FEBRUARY])
    forged = """INSERT INTO journal.checkpoint
    SELECT (jsonb_populate_record(checkpoint, jsonb_build_object('number', number + 1))).*
    FROM journal.checkpoint ORDER BY number DESC LIMIT 1"""
    admin = await fresh_database.connect()
    try:
        with pytest.raises(StartRefused, match="JOURNAL_BROKEN"):
            await expire(_Adding(admin, forged), SIGNER, TRUST, FEBRUARY)  # type: ignore[arg-type]
    finally:
        await admin.close()
    assert len(await rows(fresh_database, "SELECT 1 FROM journal.entry")) == 6


async def test_a_month_is_dropped_after_another_and_a_stream_that_was_idle_meanwhile_goes_on(
    fresh_database: Database,
) -> None:
    idle = await stream_of(fresh_database, [JANUARY], closed=False)
    for before in (FEBRUARY, MARCH, APRIL):
        await stream_of(fresh_database, [before])
        await expired(fresh_database, before)
        assert await findings(fresh_database) == []
    state = (await checked(fresh_database)).trail.streams[idle]
    assert (state.root[0], state.closed) == (3, None)


async def test_when_all_is_over_the_chain_of_checkpoints_goes_on(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY])
    anchor = (await expired(fresh_database, FEBRUARY)).anchor
    assert await findings(fresh_database, anchor=anchor) == []
    await written(fresh_database)
    assert await findings(fresh_database, anchor=anchor) == []
    number = (await rows(fresh_database, "SELECT min(number) AS first FROM journal.checkpoint"))[0]["first"]
    assert number > 1


async def test_an_anchor_from_before_the_boundary_is_not_held_against_what_remains(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY])
    anchor = (await checked(fresh_database)).trail.anchor
    await expired(fresh_database, FEBRUARY)
    assert await findings(fresh_database, anchor=anchor) == []


async def test_a_journal_that_does_not_verify_loses_nothing(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY, MARCH])
    await tamper(fresh_database, "UPDATE journal.entry SET actor = 'x' WHERE seq = 5")
    with pytest.raises(StartRefused) as caught:
        await expired(fresh_database, FEBRUARY)
    assert caught.value.code == "JOURNAL_BROKEN"
    assert len(await rows(fresh_database, "SELECT 1 FROM journal.entry")) == 6


async def test_a_boundary_without_a_month_before_it_changes_nothing(fresh_database: Database) -> None:
    await written(fresh_database)
    before = await rows(fresh_database, "SELECT number FROM journal.checkpoint")
    assert (await expired(fresh_database, JANUARY)).parts == ()
    assert await rows(fresh_database, "SELECT number FROM journal.checkpoint") == before


async def test_what_stopped_between_checkpoints_and_months_is_gone_on_with(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY, MARCH])
    admin = await fresh_database.connect()
    try:
        with pytest.raises(RuntimeError):
            await expire(_Stopping(admin), SIGNER, TRUST, FEBRUARY)  # type: ignore[arg-type]
    finally:
        await admin.close()
    assert (await checked(fresh_database)).entries == 3
    assert await findings(fresh_database) == [("ENTRIES_EXPIRED", 1, 3)]
    assert (await expired(fresh_database, FEBRUARY)).parts == ("disclosure_2026_01", "entry_2026_01")
    assert (await checked(fresh_database)).entries == 3
    assert await findings(fresh_database) == []


class _Wrapped:
    def __init__(self, connection: object) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)


class _Adding(_Wrapped):
    """A connection beside which somebody adds a line once the journal is verified."""

    def __init__(self, connection: object, statement: str) -> None:
        super().__init__(connection)
        self._statement = statement

    async def execute(self, query: str, *values: object) -> object:
        if query.startswith("LOCK"):
            await self._connection.execute(self._statement)  # type: ignore[attr-defined]
        return await self._connection.execute(query, *values)  # type: ignore[attr-defined]


class _Stopping(_Wrapped):
    """A connection that is lost before the first month goes."""

    async def execute(self, query: str, *values: object) -> object:
        if "DETACH" in query:
            raise RuntimeError
        return await self._connection.execute(query, *values)  # type: ignore[attr-defined]


async def test_requests_to_write_go_with_the_months_that_are_as_old(fresh_database: Database) -> None:
    await stream_of(fresh_database, [JANUARY, FEBRUARY])
    admin = await fresh_database.connect()
    try:
        for key, moment in (("old", JANUARY), ("new", FEBRUARY)):
            await admin.execute(
                "INSERT INTO appointments.write_request VALUES ('a', $1, 'd', 'm', 'suivi', gen_random_uuid(), $2)",
                key,
                moment,
            )
        await expired(fresh_database, FEBRUARY)
        assert [row["key"] for row in await admin.fetch("SELECT key FROM appointments.write_request")] == ["new"]
    finally:
        await admin.close()
