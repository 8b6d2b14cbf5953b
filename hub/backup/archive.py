"""A backup: a folder with two dumps of one snapshot of the database, and what proves that they are whole.

    database.dump      everything, without the keys of the journal's pseudonyms
    person-keys.dump   those keys, which are kept apart and for a short time (decision 0023)
    manifest.json      when, by which version, the last checkpoint of the journal, and the digests of the dumps

Both dumps are of one snapshot, so that every pseudonym of the journal has its key. A folder is there whole or not at
all. The folder of the installation's keys is no part of it: whoever finds a backup must not find them too.
"""

from __future__ import annotations

import hmac
import os
import shutil
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

import asyncpg
import msgspec

from hub.backup.programs import run_program
from hub.version import version_text
from infra.database import administrator_connection
from infra.errors import SetupRefused
from infra.role_names import JOURNAL_KEYS
from infra.schema_versions import HISTORIES, check_versions

DATABASE, PERSON_KEYS, MANIFEST = "database.dump", "person-keys.dump", "manifest.json"
LAST_CHECKPOINT = "SELECT number || ':' || encode(digest, 'hex') FROM journal.checkpoint ORDER BY number DESC LIMIT 1"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself; `anchor` is the last checkpoint of its journal, `nir_key` tells the key of the
    hashes of NIRs from another, `digests` are the SHA-256 of its dumps."""

    made_at: datetime
    version: str
    anchor: str | None
    nir_key: str
    digests: dict[str, str]


def key_mark(key: bytes) -> str:
    """A text that tells a key from another and lets nobody find it."""
    return hmac.digest(key, b"spie backup", "sha256")[:8].hex()


async def create(admin_dsn: str, folder: Path, nir: bytes) -> Manifest:
    """Write a backup of the database, while others read and write it, into a folder that is made.

    Raises SetupRefused (BACKUP_EXISTS, DATABASE_OLDER, DATABASE_NEWER, and those of `run_program`)."""
    building = _begun(folder)
    connection = await administrator_connection(admin_dsn)
    try:
        await check_versions(connection, HISTORIES)
        manifest = await _dumped(connection, admin_dsn, building, nir)
        _write(building / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        building.rename(folder)
    finally:
        await connection.close()
        shutil.rmtree(building, ignore_errors=True)
    return manifest


def _begun(folder: Path) -> Path:
    """A folder beside, in which the backup is written until it is whole."""
    if folder.exists():
        raise SetupRefused(
            "BACKUP_EXISTS",
            f"{folder} existe : donnez un dossier neuf, une copie n'en remplace pas une autre.",
            "the folder exists",
        )
    building = folder.with_name(f".{folder.name}.partial")
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700, parents=True)
    return building


async def _dumped(connection: asyncpg.Connection[asyncpg.Record], admin_dsn: str, folder: Path, nir: bytes) -> Manifest:
    major = connection.get_server_version().major
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
        made_at, anchor = datetime.now(UTC), await connection.fetchval(LAST_CHECKPOINT)
        for name, choice in (
            (DATABASE, (f"--exclude-table-data={JOURNAL_KEYS}.*",)),
            (PERSON_KEYS, ("--data-only", f"--table={JOURNAL_KEYS}.*")),
        ):
            _write(folder / name, b"")
            options = ("--format=custom", f"--snapshot={snapshot}", f"--file={folder / name}", *choice)
            await run_program("pg_dump", major, admin_dsn, *options)
    digests = {name: _digest(folder / name) for name in (DATABASE, PERSON_KEYS)}
    return Manifest(made_at, version_text(), anchor, key_mark(nir), digests)


def read_manifest(folder: Path, nir: bytes) -> Manifest:
    """The manifest of a backup whose dumps are whole; raises SetupRefused (BACKUP_MALFORMED, BACKUP_KEYS)."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
        changed = [name for name in (DATABASE, PERSON_KEYS) if _digest(folder / name) != manifest.digests.get(name)]
    except (OSError, msgspec.MsgspecError) as error:
        raise _malformed(folder, type(error).__name__) from None
    if changed:
        raise _malformed(folder, f"{', '.join(changed)} changed")
    if manifest.nir_key != key_mark(nir):
        raise SetupRefused(
            "BACKUP_KEYS",
            "Cette copie a été faite sous une autre clé « nir », sans laquelle rien ne rapproche plus les personnes : "
            "nommez par --keys le dossier des clés de l'installation d'origine.",
            "another key of hashes",
        )
    return manifest


def _malformed(folder: Path, detail: str) -> SetupRefused:
    return SetupRefused(
        "BACKUP_MALFORMED",
        f"{folder} n'est pas une copie entière de « hub backup create » : prenez-en une autre, ou recopiez-la.",
        detail,
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Make a file that its owner alone reads."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
