"""Keeps refused records encrypted until they are taken, by a retry or a file given again, or for `QUARANTINE_DAYS`.

A record is sealed with AES-256-GCM under the key `quarantine`, together with what its reading needs, and bound to its
source, its file and its place: a row moved elsewhere does not open. Only its code and its place can be read.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import asyncpg
import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.errors import StartRefused
from hub.runs.safe_names import safe_name
from infra.connecting import connect
from schema.confidential import Confidential
from schema.days import QUARANTINE_DAYS
from schema.overlapping_keys import NONCE, open_sealed

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

log = logging.getLogger(__name__)
HOUR = 3_600.0
MOST = 1_000
"""Records that are opened at once."""


class Content(Confidential, frozen=True):
    """A record as a file of its own, and what its reading needs: the end of its file's name, when that was last written
    (nanoseconds), and the options under which it was read, with the organisations by their key in the source, and the
    SIRETs and the département to which its sender is held."""

    body: bytes
    suffix: str
    written: int
    speaks_for: frozenset[str] | None
    speaks_in: str | None
    as_of: datetime | None = None
    department: str | None = None
    organisations: dict[str, dict[str, str | None]] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Refusal:
    """A record that was refused: the SHA-256 of its file, its place there from 1, why, and its content if it could be
    cut out of the file."""

    digest: str
    place: int
    file: str
    code: str
    content: Content | None


@dataclass(frozen=True, slots=True, repr=False)
class Waiting:
    """A record in the quarantine, of which nothing but this can be read; `sealed` is its content, if it has one."""

    number: int
    source: str
    digest: str
    place: int
    file: str
    code: str
    refused_at: datetime
    sealed: bytes | None


class Seal:
    """Seals and opens contents under the key `quarantine`."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def close(self, source: str, refusal: Refusal) -> bytes | None:
        """The content of a refusal, sealed."""
        if refusal.content is None:
            return None
        nonce = os.urandom(NONCE)
        bound = _bound(source, refusal.digest, refusal.place)
        return nonce + AESGCM(self._key).encrypt(nonce, msgspec.msgpack.encode(refusal.content), bound)

    def open(self, record: Waiting) -> Content | None:
        """The content of a record, if it has one that says to what its sender is held (decision 0098); raises
        StartRefused (QUARANTINE_KEY)."""
        if record.sealed is None:
            return None
        bound = _bound(record.source, record.digest, record.place)
        try:
            content = open_sealed(self._key, AESGCM, record.sealed, bound)
        except InvalidTag as error:
            raise StartRefused(
                "QUARANTINE_KEY",
                "Un enregistrement refusé ne s'ouvre pas avec cette clé « quarantine » : remettez celle sous laquelle "
                "il a été gardé, ou redonnez son fichier à « hub ingest ».",
                f"record {record.number} is not sealed under this key",
            ) from error
        try:
            return msgspec.msgpack.decode(content, type=Content)
        except msgspec.ValidationError:
            return None


def _bound(source: str, digest: str, place: int) -> bytes:
    return f"{source} {digest} {place}".encode()


class Quarantine:
    """The quarantine on a connection of its role."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def keep(
        self,
        source: str,
        digests: Collection[str],
        refusals: Sequence[Refusal],
        seal: Seal,
        account: str | None = None,
    ) -> None:
        """Replace what waits of these files by what was refused of them now. What an `account` gave and waits already
        stays as it is: it is refused at each reading."""
        rows = [
            (
                source,
                refusal.digest,
                refusal.place,
                safe_name(refusal.file),
                refusal.code,
                seal.close(source, refusal),
                account,
            )
            for refusal in refusals
        ]
        async with self._connection.transaction():
            await self._connection.execute(
                "DELETE FROM quarantine.record WHERE source = $1 AND digest = ANY ($2::text[]) AND account IS NULL",
                source,
                list(digests),
            )
            await self._connection.executemany(
                "INSERT INTO quarantine.record (source, digest, place, file, code, sealed, account)"
                " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (source, digest, place) DO NOTHING",
                rows,
            )

    async def supersede(self, source: str, account: str, digests: Collection[str]) -> None:
        """Forget what an account gave and no longer refuses: its last reading was whole, and refused these alone."""
        await self._connection.execute(
            "DELETE FROM quarantine.record WHERE source = $1 AND account = $2 AND digest <> ALL ($3::text[])",
            source,
            account,
            list(digests),
        )

    async def expire(self) -> None:
        """Forget what has waited too long."""
        await self._connection.execute(
            "DELETE FROM quarantine.record WHERE refused_at < now() - make_interval(days => $1)", QUARANTINE_DAYS
        )

    async def waiting(self, source: str | None = None, after: int = 0, limit: int = MOST) -> list[Waiting]:
        """Records that wait, of one source or of all, in the order in which they were refused."""
        rows = await self._connection.fetch(
            "SELECT number, source, digest, place, file, code, refused_at, sealed FROM quarantine.record"
            " WHERE source = coalesce($1, source) AND number > $2 AND refused_at >= now() - make_interval(days => $3)"
            " ORDER BY number LIMIT $4",
            source,
            after,
            QUARANTINE_DAYS,
            limit,
        )
        return [Waiting(**row) for row in rows]

    async def settle(self, accepted: Collection[int], refused: Mapping[int, str]) -> None:
        """Forget the records that were taken, and note why the others were refused again."""
        async with self._connection.transaction():
            await self._connection.execute("DELETE FROM quarantine.record WHERE number = ANY ($1)", list(accepted))
            await self._connection.executemany(
                "UPDATE quarantine.record SET code = $2 WHERE number = $1", list(refused.items())
            )


@asynccontextmanager
async def quarantine(dsn: str) -> AsyncIterator[Quarantine]:
    """The quarantine at the address of its role; raises the errors of asyncpg."""
    connection = await connect(dsn)
    try:
        yield Quarantine(connection)
    finally:
        await connection.close()


@asynccontextmanager
async def expiring(dsn: str) -> AsyncIterator[None]:
    """Forget, at once and each hour during the block, what has waited too long; a database that is away changes
    nothing, since what has waited too long is never shown nor read."""
    task = asyncio.create_task(_expire_hourly(dsn))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _expire_hourly(dsn: str) -> None:
    while True:
        try:
            async with quarantine(dsn) as store:
                await store.expire()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("refused records were not expired: %s", type(error).__name__)
        await asyncio.sleep(HOUR)
