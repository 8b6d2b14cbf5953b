"""Verification finds changed, removed, reordered, added and truncated entries with their range, and nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from hub.journal.chain import Line, genesis
from hub.journal.signing import Signer, Trust
from hub.journal.write.group_commit import Journal
from tests.conftest import Database
from tests.journal.sample_journal import (
    SIGNER,
    TRUST,
    checked,
    fill,
    findings,
    intent,
    released,
    rows,
    running,
    tamper,
    written,
)


def test_the_canonical_form_of_a_line_never_changes() -> None:
    """What is in a database must stay verifiable: another form needs another migration."""
    entry = intent(request=UUID(int=1), at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC), decisions={"b": 2, "a": 1})
    line = Line(UUID(int=2), 7, entry, [released("Person.id", subjects=["00ff"])])
    assert line.canonical().decode() == (
        '{"stream":"00000000-0000-0000-0000-000000000002","seq":7,"entry":{"kind":"INTENT",'
        '"request":"00000000-0000-0000-0000-000000000001","at":"2026-01-02T03:04:05.000006+00:00",'
        '"trace":"tttttttttttttttttttttttttttttttt","actor":"https://idp.example#a","actor_kind":"referent_cd",'
        '"organisation":"22080001000018","client":"frontend","purpose":"suivi","reference":null,'
        '"operation_hash":"h","operation_name":"Journey","decisions":{"a":1,"b":2}},'
        '"disclosures":[{"coordinates":["Person.id"],"masked":[],"subjects":["00ff"]}]}'
    )
    assert genesis(line.stream).hex()[:8] == "692865c9"
    later = entry._replace(visible_from=datetime(2026, 2, 1, tzinfo=UTC))
    assert b'"visible_from":"2026-02-01T00:00:00+00:00"}' in Line(UUID(int=2), 7, later, []).canonical()


COPY = """INSERT INTO journal.entry SELECT {}, {}, kind, request, at + interval '1 second', trace, actor, actor_kind,
organisation, client, purpose, reference, operation_hash, operation_name, decisions, digest FROM journal.entry
WHERE seq = 10"""
"""The last entry once more, a second later: of this stream, at this place."""


@pytest.fixture
async def stream(emptied: Database) -> UUID:
    """A closed stream of ten lines."""
    return await written(emptied)


async def test_an_untouched_journal_of_several_writers_at_once_verifies(emptied: Database) -> None:
    async with running(emptied) as first, running(emptied) as second, running(emptied) as third:
        await asyncio.gather(*(fill(journal, 20) for journal in (first, second, third, first)))
        living = await checked(emptied)
        assert living.findings == []
    verification = await checked(emptied)
    assert verification.findings == []
    assert (len(verification.trail.streams), verification.entries, verification.unsigned) == (3, 160, 0)
    numbers = await rows(emptied, "SELECT number FROM journal.checkpoint ORDER BY number")
    assert [row["number"] for row in numbers] == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal.entry SET purpose = 'orientation' WHERE seq = 4",
        "UPDATE journal.entry SET actor = 'https://idp.example#b' WHERE seq = 4",
        "UPDATE journal.entry SET at = at + interval '1 microsecond' WHERE seq = 3",
        "UPDATE journal.entry SET organisation = NULL WHERE seq = 4",
        "UPDATE journal.entry SET decisions = '{}' WHERE seq = 4",
        "UPDATE journal.entry SET visible_from = at + interval '90 days' WHERE seq = 4",
        "UPDATE journal.entry SET digest = sha256('') WHERE seq = 10",
        "UPDATE journal.disclosure SET coordinates = ARRAY['Person.id'] WHERE seq = 4 AND rank = 1",
        "UPDATE journal.disclosure SET masked = '{}' WHERE seq = 4 AND rank = 2",
        "UPDATE journal.disclosure SET subjects = subjects[:1] WHERE seq = 4 AND rank = 1",
        "UPDATE journal.disclosure SET rank = 3 WHERE seq = 4 AND rank = 1",
        "DELETE FROM journal.disclosure WHERE seq = 4",
        "INSERT INTO journal.disclosure (SELECT stream, seq, 9, at, request, '{}', '{}', '{}'"  # noqa: ISC004
        " FROM journal.entry WHERE seq = 4)",
    ],
)
async def test_a_changed_entry_is_found(emptied: Database, stream: UUID, change: str) -> None:
    await tamper(emptied, change)
    place = int(re.findall(r"seq = (\d+)", change)[0])
    assert await findings(emptied) == [("ENTRIES_CHANGED", place, place)]


async def test_entries_that_are_changed_with_all_digests_made_anew_disagree_with_the_checkpoint(
    emptied: Database, stream: UUID
) -> None:
    """A database administrator who knows the code, but not the key."""
    from hub.journal.verify.stored_lines import lines

    admin = await emptied.connect()
    try:
        await admin.execute("UPDATE journal.entry SET actor = 'someone else' WHERE seq = 4")
        head = genesis(stream)
        async for line, _ in lines(admin, stream):
            head = line.digest(head)
            await admin.execute("UPDATE journal.entry SET digest = $1 WHERE seq = $2", head, line.seq)
    finally:
        await admin.close()
    assert await findings(emptied) == [("ENTRIES_CHANGED", 1, 10)]


@pytest.mark.parametrize(("first", "last"), [(1, 1), (4, 4), (5, 8)])
async def test_removed_entries_are_found(emptied: Database, stream: UUID, first: int, last: int) -> None:
    within = f"WHERE seq BETWEEN {first} AND {last}"
    await tamper(emptied, f"DELETE FROM journal.entry {within}", f"DELETE FROM journal.disclosure {within}")
    assert await findings(emptied) == [("ENTRIES_REMOVED", first, last)]


async def test_an_entry_removed_without_its_disclosures_is_found(emptied: Database, stream: UUID) -> None:
    await tamper(emptied, "DELETE FROM journal.entry WHERE seq = 4")
    assert await findings(emptied) == [("ENTRIES_REMOVED", 4, 4), ("ENTRIES_REMOVED", 4, 4)]


@pytest.mark.parametrize(("place", "swapped"), [(3, 4), (2, 9), (9, 10), (1, 2)])
async def test_reordered_entries_are_found(emptied: Database, stream: UUID, place: int, swapped: int) -> None:
    swap = f"SET seq = CASE seq WHEN {place} THEN {swapped} ELSE {place} END WHERE seq IN ({place}, {swapped})"
    await tamper(emptied, f"UPDATE journal.entry {swap}", f"UPDATE journal.disclosure {swap}")
    after = min(swapped + 1, 10)
    assert await findings(emptied) == [("ENTRIES_REORDERED", place, after)]


async def test_entries_whose_digests_stay_while_they_change_places_are_found(emptied: Database, stream: UUID) -> None:
    swap = "SET seq = CASE seq WHEN 3 THEN 7 ELSE 3 END WHERE seq IN (3, 7)"
    await tamper(
        emptied,
        f"UPDATE journal.entry {swap}",
        "UPDATE journal.entry AS e SET digest = o.digest FROM journal.entry AS o"
        " WHERE (e.seq, o.seq) IN ((3, 7), (7, 3))",
    )
    assert await findings(emptied) == [("ENTRIES_REORDERED", 3, 7)]


@pytest.mark.parametrize("left", [9, 5, 0])
async def test_a_truncated_tail_is_found(emptied: Database, stream: UUID, left: int) -> None:
    await tamper(emptied, *(f"DELETE FROM journal.{table} WHERE seq > {left}" for table in ("entry", "disclosure")))
    assert await findings(emptied) == [("ENTRIES_TRUNCATED", left + 1, 10)]


async def test_a_whole_stream_that_is_gone_with_its_checkpoints_leaves_a_gap(emptied: Database) -> None:
    stream = await written(emptied)
    await written(emptied)
    await tamper(
        emptied,
        *(f"DELETE FROM journal.{t} WHERE stream = '{stream}'" for t in ("entry", "disclosure", "checkpoint")),
    )
    assert await findings(emptied) == [("CHECKPOINTS_REMOVED", 1, 2)]


async def test_the_last_checkpoints_cut_off_with_their_entries_are_missed_by_whoever_kept_an_anchor(
    emptied: Database, stream: UUID
) -> None:
    anchor = (await checked(emptied)).trail.anchor
    assert await findings(emptied, anchor=anchor) == []
    await written(emptied)
    assert await findings(emptied, anchor=anchor) == []
    await tamper(
        emptied,
        "DELETE FROM journal.entry WHERE seq > 6",
        "DELETE FROM journal.disclosure WHERE seq > 6",
        "DELETE FROM journal.checkpoint WHERE number > 1",
    )
    assert ("ANCHOR_LOST", 2, 2) in await findings(emptied, anchor=anchor)


async def test_entries_of_a_stream_that_no_checkpoint_opened_are_found(emptied: Database, stream: UUID) -> None:
    await tamper(emptied, COPY.format(f"'{uuid4()}'", 1))
    assert ("ENTRIES_ADDED", 1, 1) in await findings(emptied)


async def test_entries_after_the_end_of_a_stream_or_twice_at_one_place_are_found(
    emptied: Database, stream: UUID
) -> None:
    await tamper(emptied, COPY.format("stream", 10), COPY.format("stream", 11))
    faults = await findings(emptied)
    assert ("ENTRIES_ADDED", 10, 10) in faults
    assert ("ENTRIES_ADDED", 11, 11) in faults


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("DELETE FROM journal.checkpoint WHERE number = 1", ("CHECKPOINTS_REMOVED", 1, 1)),
        ("DELETE FROM journal.checkpoint WHERE number = 3", ("CHECKPOINTS_REMOVED", 3, 3)),
        ("UPDATE journal.checkpoint SET seq = 4 WHERE number = 2", ("CHECKPOINT_UNSIGNED", 2, 2)),
        ("UPDATE journal.checkpoint SET seq = 4 WHERE number = 2", ("CHECKPOINT_CHANGED", 2, 3)),
        ("UPDATE journal.checkpoint SET state = 'ROOT' WHERE number = 2", ("CHECKPOINT_UNSIGNED", 2, 2)),
        ("UPDATE journal.checkpoint SET signature = sha256('') WHERE number = 2", ("CHECKPOINT_UNSIGNED", 2, 2)),
    ],
)
async def test_a_checkpoint_that_is_removed_or_changed_is_found(
    emptied: Database, change: str, expected: tuple[str, int, int]
) -> None:
    await written(emptied)
    await written(emptied)
    await tamper(emptied, change)
    assert expected in await findings(emptied)


async def test_a_checkpoint_signed_with_a_key_that_is_not_trusted_proves_nothing(
    emptied: Database, stream: UUID
) -> None:
    untrusted = Signer(b"o" * 32)
    assert await findings(emptied, Trust({untrusted.id: untrusted.public})) == [
        ("CHECKPOINT_UNSIGNED", 1, 1),
        ("CHECKPOINT_UNSIGNED", 2, 2),
        ("ENTRIES_ADDED", 1, 10),
    ]
    assert await findings(emptied, Trust({untrusted.id: untrusted.public, SIGNER.id: untrusted.public})) != []


async def test_what_an_earlier_key_signed_stays_verifiable_beside_the_new_one(emptied: Database) -> None:
    next_signer = Signer(b"o" * 32)
    await written(emptied)
    async with running(emptied, next_signer) as journal:
        await fill(journal, 1)
    assert await findings(emptied, Trust({**TRUST.keys, next_signer.id: next_signer.public})) == []


@pytest.fixture
async def living(emptied: Database) -> AsyncIterator[Journal]:
    async with running(emptied) as journal:
        yield journal


async def test_lines_that_no_checkpoint_covers_yet_are_counted(emptied: Database, living: Journal) -> None:
    await fill(living, 3)
    verification = await checked(emptied)
    assert (verification.findings, verification.entries, verification.unsigned) == ([], 6, 6)
