"""Drops months past the journal's retention, after signing checkpoints from which verification then starts; opens the
months to come.

Nothing is dropped from a journal that fails verification, because it is evidence; lines of months that are over, which
an interrupted run left or somebody added since, prove nothing and go. Checkpoints are committed first, one
root and one end per stream, then the months are dropped; an interrupted run is completed by the next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from hub.errors import StartRefused
from hub.journal.checkpoint import State
from hub.journal.signing import Signer, Trust
from hub.journal.verify.checkpoint_trail import Fault, StreamState, read_trail
from hub.journal.verify.verification import Verification, verify
from hub.journal.write.stream_writer import add
from infra.role_names import WRITERS

OWNER = "journal_owner"
PART = re.compile(r"(?:entry|disclosure)_(\d{4})_(\d{2})")
PARTS = """SELECT relname, inhparent::regclass::text AS parent, inhdetachpending AS pending
FROM pg_class LEFT JOIN pg_inherits ON inhrelid = pg_class.oid
WHERE relnamespace = 'journal'::regnamespace AND relkind = 'r' ORDER BY relname"""
OLD = "SELECT seq, digest FROM journal.entry WHERE stream = $1 AND at < $2 AND seq <= $3 ORDER BY seq DESC LIMIT 1"


@dataclass(frozen=True, slots=True)
class Expired:
    """The names of the dropped partitions, and the anchor of the remaining checkpoints."""

    parts: tuple[str, ...]
    anchor: str | None


def boundary(now: datetime, months: int) -> datetime:
    """The start of the month (UTC) before which every entry is older than this number of months."""
    whole = now.astimezone(UTC)
    index = whole.year * 12 + whole.month - 1 - months
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


async def expire(
    connection: asyncpg.Connection[asyncpg.Record], signer: Signer, trust: Trust, before: datetime
) -> Expired:
    """Drop the months before an instant, with the requests to write that are as old, and open those to come, as an
    administrator; raises StartRefused (JOURNAL_BROKEN)."""
    await connection.execute(f"SET ROLE {OWNER}")
    await connection.execute("SELECT journal.open_months()")
    verification = await verify(connection, trust)
    _refuse_broken(verification)
    parts = [row for row in await connection.fetch(PARTS) if _month(row["relname"]) < before]
    if parts:
        async with connection.transaction():
            await connection.execute("LOCK TABLE journal.checkpoint IN SHARE ROW EXCLUSIVE MODE")
            await read_trail(connection, trust, trail=verification.trail)
            _refuse_broken(verification)
            await _root(connection, signer, verification, before)
    for part in parts:
        await _drop(connection, part)
    for writer in WRITERS:
        await _expire_requests(connection, writer.removesuffix("_write"), before)
    await connection.execute(f"SET ROLE {OWNER}")
    async with connection.transaction(readonly=True):
        trail = await read_trail(connection, trust)
    return Expired(tuple(part["relname"] for part in parts), trail.anchor)


async def _expire_requests(connection: asyncpg.Connection[asyncpg.Record], schema: str, before: datetime) -> None:
    """Erase what was asked to be written before an instant: who wrote what is kept as long as who read what."""
    await connection.execute(f"SET ROLE {schema}_owner")
    await connection.execute(f"DELETE FROM {schema}.write_request WHERE made_at < $1", before)  # noqa: S608 - our own table


def _refuse_broken(verification: Verification) -> None:
    """Raise StartRefused (JOURNAL_BROKEN) for any fault but lines that go anyway."""
    faults = {finding.fault for finding in verification.findings} - {Fault.EXPIRED}
    if faults:
        raise StartRefused(
            "JOURNAL_BROKEN",
            "Le journal n'est pas intact, rien n'est effacé : lancez « hub journal verify » et conservez la base.",
            ", ".join(sorted(faults)),
        )


def _month(name: str) -> datetime:
    """The month of a partition, or the last month of time for another table."""
    match = PART.fullmatch(name)
    return datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC) if match else datetime.max.replace(tzinfo=UTC)


async def _root(
    connection: asyncpg.Connection[asyncpg.Record], signer: Signer, verification: Verification, before: datetime
) -> None:
    """Replace all checkpoints by the roots, then the ends, of the streams with lines after the boundary.

    The ends come after every root, so that the trail can begin at no later root without missing a stream. Streams that
    ended before the boundary are left out, except the last one if all did.
    """
    trail = verification.trail
    ends = [
        (stream, state, *await _ends(connection, stream, state, verification.ends.get(stream, state.root), before))
        for stream, state in trail.streams.items()
    ]
    remaining = [end for end in ends if end[1].closed is None or end[3] > end[2]] or ends[-1:]
    for stream, state, root, _ in remaining:
        await add(connection, signer, stream, *root, State.ROOT, at=max(before, state.expired_before))
    for stream, state, _, head in remaining:
        await add(connection, signer, stream, *head, State.PASSED if state.closed is None else State.CLOSED)
    await connection.execute("DELETE FROM journal.checkpoint WHERE number <= $1", trail.number)


async def _ends(
    connection: asyncpg.Connection[asyncpg.Record],
    stream: UUID,
    state: StreamState,
    verified: tuple[int, bytes],
    before: datetime,
) -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """Place and digest of the last line before the boundary, and of the last line that was verified or that a
    checkpoint has covered since: what anybody added meanwhile is not signed."""
    last = max((verified, *state.pins.items()))
    old = await connection.fetchrow(OLD, stream, before, last[0])
    root = state.root if old is None else max(state.root, (old["seq"], old["digest"]))
    return root, max(root, last)


async def _drop(connection: asyncpg.Connection[asyncpg.Record], part: asyncpg.Record) -> None:
    """Drop a partition, detached first so that no query waits for a lock on the whole table."""
    name = f"journal.{part['relname']}"
    if part["parent"] is not None:
        mode = "FINALIZE" if part["pending"] else "CONCURRENTLY"
        await connection.execute(f"ALTER TABLE {part['parent']} DETACH PARTITION {name} {mode}")
    await connection.execute(f"DROP TABLE {name}")
