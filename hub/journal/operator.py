"""What an operator does with the journal by command is in the journal before anything of it is told or done."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import asyncpg

from hub.journal.read.data_labels import OPERATOR
from hub.journal.read.search import NEWEST, Access, Criteria, known_actor, search
from hub.journal.record import Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.group_commit import Journal, unavailable
from hub.journal.write.keyring import Keyring
from infra.roles import Dsn

AUDIT, RIGHTS = "audit", "droits"
"""For what an operator searches, and erases."""
PERSON_SEARCH_COORDINATES = tuple(
    f"AccessEntry.{name}" for name in ("actorKind", "at", "data", "organisation", "purpose")
)
"""What a search for a person tells of it."""


@asynccontextmanager
async def _journalled(
    dsn: Dsn, signer: Signer, action: str, purpose: str, reference: str | None, delay: timedelta | None = None
) -> AsyncIterator[list[Disclosure]]:
    """A block whose intent is written when it begins and what it put into the list before it ends."""
    disclosures: list[Disclosure] = []
    journal = Journal(dsn, signer)
    await journal.start()
    try:
        now = datetime.now(UTC)
        entry = Entry(
            kind="INTENT",
            request=uuid4(),
            at=now,
            trace=uuid4().hex,
            actor=f"cli:{_user()}",
            actor_kind=OPERATOR,
            organisation=None,
            client="hub",
            purpose=purpose,
            reference=reference,
            operation_hash=sha256(action.encode()).hexdigest(),
            operation_name=action,
            decisions={},
            visible_from=now + delay if delay is not None else None,
        )
        receipt = journal.intend(entry)
        yield disclosures
        await journal.disclose(receipt, entry.disclosed({}), disclosures)
    finally:
        await journal.stop()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The accesses found; `stranger`: the journal knows nothing of the actor who was asked about."""

    accesses: Sequence[Access] = ()
    stranger: bool = False


async def search_journal(
    dsn: Dsn,
    signer: Signer,
    person: str | None,
    criteria: Criteria,
    limit: int,
    reference: str | None,
    delay: timedelta | None,
) -> SearchResult:
    """Search, once that is in the journal; `person` is an id, which does not see that for `delay`. Raises NotServed."""
    keyring = Keyring(dsn("journal_keeper"))
    try:
        pseudonym = await keyring.find(person) if person is not None else None
    finally:
        await keyring.close()
    async with _journalled(dsn, signer, "journal_search", AUDIT, reference, delay) as disclosures:
        if person is not None and pseudonym is None:
            return SearchResult()
        result = await _search(dsn, replace(criteria, pseudonym=pseudonym), limit)
        if pseudonym is not None and result.accesses:
            disclosures.append(Disclosure(PERSON_SEARCH_COORDINATES, (), (pseudonym,)))
    return result


async def forget(dsn: Dsn, signer: Signer, person: str, reference: str | None) -> bool:
    """Erase the key of a person, once that is in the journal: whether there was one. Raises NotServed."""
    async with _journalled(dsn, signer, "journal_forget", RIGHTS, reference):
        pass
    keyring = Keyring(dsn("journal_keeper"))
    try:
        return await keyring.erase(person)
    finally:
        await keyring.close()


async def _search(dsn: Dsn, criteria: Criteria, limit: int) -> SearchResult:
    try:
        connection = await asyncpg.connect(dsn("journal_reader"))
        try:
            accesses = await search(connection, criteria, NEWEST, limit)
            unmatched_actor = criteria.actor if not accesses else None
            return SearchResult(
                accesses, unmatched_actor is not None and not await known_actor(connection, unmatched_actor)
            )
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        raise unavailable(f"the journal can't be read: {type(error).__name__}") from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
