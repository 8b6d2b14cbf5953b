"""Restores a backup beside the place where it will serve: nobody meets the database before it is safe.

It is made under another name, migrated to this version, told whom it must not show, given another history of changes
and its journal verified; then it takes its name.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from hub.backup.archive import DATABASE, PERSON_KEYS, read_manifest
from hub.backup.programs import run_program
from hub.backup.protections import Protections, protect
from hub.changes import retention
from hub.errors import StartRefused
from hub.journal.operator import forget
from hub.journal.signing import Signer, trusted
from hub.journal.verify.checkpoint_trail import NONE_KEPT, Anchors
from hub.journal.verify.kept_anchors import read_anchors
from hub.journal.verify.person_keys import pseudonyms_of_keys
from hub.journal.verify.verification import verify
from infra.connecting import connect
from infra.database import administrator_connection
from infra.errors import SetupRefused
from infra.keys import Keys
from infra.migrate import MAINTENANCE, make_empty, migrate
from infra.roles import Dsn, dsn


@dataclass(frozen=True, slots=True)
class Settled:
    """What a restored database was told: how many people are protected, and how many keys were erased again."""

    protected: int
    forgotten: int
    anchor: str | None


async def restore(admin_dsn: str, folder: Path, keys: Keys, register: Protections) -> Settled:
    """Make the database of an address from a backup; it must not be there.

    Raises SetupRefused (BACKUP_MALFORMED, BACKUP_KEYS, RESTORE_OVER, PROTECTIONS_OLDER), and StartRefused
    (RESTORED_JOURNAL); then nothing is there.
    """
    manifest = read_manifest(folder, keys.nir)
    if register.made_at < manifest.made_at:
        raise SetupRefused(
            "PROTECTIONS_OLDER",
            "Ce registre des protections est plus ancien que la copie : donnez le dernier, ou, s'il n'y en a pas, "
            "--without-protections, et relisez le registre des droits avant de servir.",
            "the register is older than the backup",
        )
    name = unquote(urlsplit(admin_dsn).path.lstrip("/"))
    beside = _renamed(admin_dsn, f"{name}_restoring")
    async with _under_another_name(admin_dsn, name) as server:
        major = server.get_server_version().major
        await make_empty(beside, keys)
        for dump, choice in ((DATABASE, ()), (PERSON_KEYS, ("--data-only",))):
            options = ("--exit-on-error", "--single-transaction", *choice, str(folder / dump))
            await run_program("pg_restore", major, beside, *options)
        await migrate(beside, keys)
        anchors = read_anchors(manifest.anchor) if manifest.anchor is not None else NONE_KEPT
        return await settle(beside, keys, register, anchors)


async def settle(admin_dsn: str, keys: Keys, register: Protections, anchors: Anchors) -> Settled:
    """Make a restored database safe to serve: protections, another history of changes, a journal that verifies.

    Raises StartRefused (RESTORED_JOURNAL)."""

    def address(role: str) -> str:
        return dsn(admin_dsn, role, keys)

    connection = await administrator_connection(admin_dsn)
    try:
        await retention.restart(connection)
        protected = await protect(connection, register)
        await connection.execute("ANALYZE")
    finally:
        await connection.close()
    signer = Signer(keys.journal)
    forgotten = 0
    await _verified(address, keys, signer, anchors)
    for person in register.forgotten:
        forgotten += await forget(address, signer, str(person), None)
    return Settled(protected, forgotten, await _verified(address, keys, signer, anchors))


async def _verified(address: Dsn, keys: Keys, signer: Signer, anchors: Anchors) -> str | None:
    """The anchor of a journal that is whole; raises StartRefused (RESTORED_JOURNAL)."""
    reader = await connect(address("journal_reader"))
    keeper = await connect(address("journal_keeper"))
    try:
        trust = trusted(keys.directory, signer)
        verification = await verify(reader, trust, anchors, lambda: pseudonyms_of_keys(keeper))
    finally:
        await reader.close()
        await keeper.close()
    if verification.findings:
        codes = ", ".join(sorted({finding.fault.value for finding in verification.findings}))
        raise StartRefused(
            "RESTORED_JOURNAL",
            f"Le journal des accès de la base restaurée n'est pas intact ({codes}) : restaurez une autre copie, ou "
            "gardez celle-ci à l'écart pour comprendre.",
            codes,
        )
    return verification.trail.anchor


@asynccontextmanager
async def _under_another_name(admin_dsn: str, name: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """Yield the server while a database is made beside its name, which it takes at the end; a failure drops it."""
    server = await administrator_connection(_renamed(admin_dsn, MAINTENANCE))
    quote_ident = "SELECT quote_ident($1)"
    try:
        if await server.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            raise SetupRefused(
                "RESTORE_OVER",
                f"La base « {name} » existe, et rien n'est restauré par-dessus : renommez-la (ALTER DATABASE … RENAME "
                "TO …), ou nommez-en une autre dans DATABASE_URL.",
                "the database exists",
            )
        beside = await server.fetchval(quote_ident, f"{name}_restoring")
        await server.execute(f"DROP DATABASE IF EXISTS {beside} WITH (FORCE)")
        try:
            yield server
            await server.execute(f"ALTER DATABASE {beside} RENAME TO {await server.fetchval(quote_ident, name)}")
        finally:
            await server.execute(f"DROP DATABASE IF EXISTS {beside} WITH (FORCE)")
    finally:
        await server.close()


def _renamed(admin_dsn: str, name: str) -> str:
    return urlunsplit(urlsplit(admin_dsn)._replace(path=f"/{quote(name, safe='')}"))
