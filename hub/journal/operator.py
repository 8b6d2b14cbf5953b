"""Commands of an operator on the journal: each is journalled before it shows or changes anything."""

from __future__ import annotations

import getpass
import os
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import uuid4

import asyncpg

from hub.journal.read.search import NEWEST, Access, Criteria, known_actor, search
from hub.journal.record import ADOPT, FORGET, OPERATOR, Disclosure, Entry
from hub.journal.signing import Signer
from hub.journal.write.group_commit import Journal, unavailable
from hub.journal.write.keyring import Keyring
from infra.connecting import connect
from infra.roles import Dsn

AUDIT, RIGHTS = "audit", "droits"
"""Purposes of an operator's search and erasure."""
PERSON_SEARCH_COORDINATES = tuple(
    f"AccessEntry.{name}" for name in ("actorKind", "at", "data", "organisation", "purpose")
)
"""Coordinates that a search for a person discloses of it."""


@asynccontextmanager
async def _journalled(
    dsn: Dsn, signer: Signer, action: str, purpose: str, reference: str | None, delay: timedelta | None = None
) -> AsyncIterator[list[Disclosure]]:
    """Journal a block: its intent on entry, and on exit the disclosures that it added to the list."""
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
    """The accesses that match; `stranger`: the journal has no entry of the actor searched for."""

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
    action: str = "journal_search",
) -> SearchResult:
    """Journal a search as its command (`action`), then run it; the person of id `person` sees its entry after `delay`.

    Raises NotServed.
    """
    keyring = Keyring(dsn("journal_keeper"))
    try:
        pseudonym = await keyring.find(person) if person is not None else None
    finally:
        await keyring.close()
    async with _journalled(dsn, signer, action, AUDIT, reference, delay) as disclosures:
        if person is not None and pseudonym is None:
            return SearchResult()
        result = await _search(dsn, replace(criteria, pseudonyms=None if pseudonym is None else (pseudonym,)), limit)
        if pseudonym is not None and result.accesses:
            disclosures.append(Disclosure(PERSON_SEARCH_COORDINATES, (), (pseudonym,)))
    return result


async def forget(dsn: Dsn, signer: Signer, person: str, reference: str | None) -> bool:
    """Journal the erasure of a person's key with its pseudonym, then erase it; return whether there was one.

    Without the key nobody can tell whose the pseudonym was. Raises NotServed."""
    keyring = Keyring(dsn("journal_keeper"))
    try:
        pseudonym = await keyring.find(person)
        async with _journalled(dsn, signer, FORGET, RIGHTS, reference) as disclosures:
            if pseudonym is not None:
                disclosures.append(Disclosure((), (), (pseudonym,)))
        return await keyring.erase(person)
    finally:
        await keyring.close()


async def adopt(dsn: Dsn, signer: Signer, strangers: Collection[bytes], reference: str | None) -> None:
    """Journal that these pseudonyms have no key, as an operator found them. Raises NotServed."""
    async with _journalled(dsn, signer, ADOPT, AUDIT, reference) as disclosures:
        if strangers:
            disclosures.append(Disclosure((), (), tuple(sorted(pseudonym.hex() for pseudonym in strangers))))


async def _search(dsn: Dsn, criteria: Criteria, limit: int) -> SearchResult:
    try:
        connection = await connect(dsn("journal_reader"))
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
