"""Verifies the keys of people: each pseudonym of the journal is that of a key that is there, or that a command erased.

The chain covers pseudonyms, each an HMAC of the person's id under its key: a key that was swapped, replaced, given to
another person or deleted outside of the hub leaves pseudonyms that no key makes.
"""

from __future__ import annotations

from collections.abc import Collection

import asyncpg

from hub.journal.chain import BEFORE
from hub.journal.record import ADOPT, FORGET, OPERATOR
from hub.journal.verify.checkpoint_trail import Fault, Finding
from hub.journal.write.keyring import pseudonym

KEYS = "SELECT person, key FROM journal_keys.person"
PSEUDONYMS = """SELECT subject FROM journal.disclosure, unnest(subjects) AS subject WHERE stream <> $1
UNION SELECT decode(substr(actor, 8), 'hex') FROM journal.entry
WHERE actor ~ '^person:[0-9a-f]{32}$' AND stream <> $1"""
"""Every pseudonym of a line, except in the stream from before the chains, whose pseudonyms had one key of the hub."""
ERASED = """SELECT DISTINCT subject FROM journal.entry JOIN journal.disclosure USING (stream, seq, at),
unnest(subjects) AS subject WHERE kind = 'DISCLOSURE' AND actor_kind = $1 AND operation_name = ANY ($2)"""
LINES = """SELECT stream, min(seq) AS first, max(seq) AS last FROM (
    SELECT stream, seq FROM journal.disclosure WHERE subjects && $1::bytea[]
    UNION ALL SELECT stream, seq FROM journal.entry WHERE actor = ANY ($2::text[])
) AS line WHERE stream <> $3 GROUP BY stream ORDER BY stream"""


async def pseudonyms_of_keys(keeper: asyncpg.Connection[asyncpg.Record]) -> set[bytes]:
    """The pseudonyms that the keys make, read as the keeping role."""
    async with keeper.transaction(readonly=True):
        return {bytes.fromhex(pseudonym(*row)) async for row in keeper.cursor(KEYS, prefetch=1000)}


async def unknown_pseudonyms(connection: asyncpg.Connection[asyncpg.Record], key_pseudonyms: set[bytes]) -> set[bytes]:
    """The pseudonyms of the journal that no key makes and no command erased, read as the reading role."""
    erased = {row["subject"] for row in await connection.fetch(ERASED, OPERATOR, [FORGET, ADOPT])}
    unknown = set()
    async for row in connection.cursor(PSEUDONYMS, BEFORE, prefetch=1000):
        if row[0] not in key_pseudonyms and row[0] not in erased:
            unknown.add(row[0])
    return unknown


async def key_findings(connection: asyncpg.Connection[asyncpg.Record], unknown: Collection[bytes]) -> list[Finding]:
    """The first and last line of each stream about these pseudonyms."""
    if not unknown:
        return []
    actors = [f"person:{subject.hex()}" for subject in unknown]
    rows = await connection.fetch(LINES, list(unknown), actors, BEFORE)
    return [Finding(Fault.KEYS_CHANGED, row["stream"], row["first"], row["last"]) for row in rows]
