"""Fixtures of a journal: its writer, its keyring and an emptied database."""

from collections.abc import AsyncIterator

import pytest

from hub.journal.signing import Signer
from hub.journal.write.group_commit import Journal
from hub.journal.write.keyring import Keyring
from tests.conftest import Database


@pytest.fixture
def signer() -> Signer:
    return Signer(b"s" * 32)


@pytest.fixture
async def journal(database: Database, signer: Signer) -> AsyncIterator[Journal]:
    writer = Journal(database.dsn, signer)
    await writer.start()
    yield writer
    await writer.stop()


@pytest.fixture
async def keyring(database: Database) -> AsyncIterator[Keyring]:
    ring = Keyring(database.dsn("journal_keeper"))
    yield ring
    await ring.close()


@pytest.fixture
async def emptied(database: Database) -> Database:
    """The module's database with nothing in its journal."""
    connection = await database.connect()
    await connection.execute("TRUNCATE journal.entry, journal.disclosure, journal.checkpoint, journal_keys.person")
    await connection.close()
    return database
