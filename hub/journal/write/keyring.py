"""Pseudonyms of persons, each under a key of its own: without the key, no entry can be linked to the person.

    pseudonym = HMAC-SHA-256(key of the person, id of the person), its first 16 bytes

Keys are in a schema of their own, which only the role `journal_keeper` may use. A key is made at the first entry about
a person, and committed before that entry. Erasing it leaves the entries and their chain whole.
"""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from time import monotonic

import asyncpg

from hub.journal.record import Disclosed, Disclosure, Entry, disclosures
from hub.journal.write.group_commit import unavailable
from infra.connecting import connect

PSEUDONYM, KEY = 16, 32
"""Bytes of a pseudonym and of a key."""
CACHED, LIFETIME = 50_000, 300.0
"""Most pseudonyms that a process caches, and seconds after which it drops them, so that erased ones go too."""

READ = "SELECT person, key FROM journal_keys.person WHERE person = ANY ($1::text[])"
MAKE = """INSERT INTO journal_keys.person (person, key) SELECT * FROM unnest($1::text[], $2::bytea[])
ON CONFLICT DO NOTHING"""
ERASE = """WITH erased AS (DELETE FROM journal_keys.person WHERE person = $1 RETURNING true),
noted AS (INSERT INTO journal_keys.forgotten (person) VALUES ($1)) SELECT true FROM erased"""


def pseudonym(person: str, key: bytes) -> str:
    """The pseudonym of a person under its key, in hexadecimal."""
    return hmac.digest(key, person.encode(), "sha256")[:PSEUDONYM].hex()


class Keyring:
    """Makes pseudonyms with keys that it reads as the role `journal_keeper`, whose database address is `dsn`."""

    def __init__(self, dsn: str, patience: float = 5.0) -> None:
        self._dsn, self._patience = dsn, patience
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._turn = asyncio.Lock()
        self._pseudonym_by_person: dict[str, str] = {}
        self._since = monotonic()

    async def disclosures(self, disclosed: Sequence[Disclosed]) -> list[Disclosure]:
        """Disclosures by person id as rows of the journal, with pseudonyms; raises NotServed."""
        try:
            return _pseudonymised(disclosed, self._remembered())
        except KeyError:  # a person without a cached pseudonym
            return _pseudonymised(
                disclosed, await self.pseudonyms([person for _, _, people in disclosed for person in people])
            )

    async def with_pseudonymous_actor(self, entry: Entry, person: str) -> Entry:
        """The entry of a person who reads its own data, with its pseudonym as the actor."""
        name = (await self.pseudonyms([person]))[person]
        own = entry.actor.endswith(f"#{entry.client}")
        return entry._replace(actor=f"person:{name}", client="" if own else entry.client)

    async def pseudonyms(self, people: Collection[str]) -> Mapping[str, str]:
        """Pseudonyms by person id, of these people at least; missing keys are made. Raises NotServed."""
        remembered = self._remembered()
        missing = {person for person in people if person not in remembered}
        if not missing:
            return remembered
        cached = {
            person: remembered[person] for person in people if person in remembered
        }  # the cache may be dropped meanwhile
        return cached | await self._fetch(sorted(missing))

    async def find(self, person: str) -> str | None:
        """The pseudonym of a person, or None without a key; raises NotServed."""
        async with self._turn:
            rows = await self._execute(READ, [person])
        return next((pseudonym(person, row["key"]) for row in rows), None)

    async def probe(self) -> None:
        """Read a key that is nobody's; raises NotServed."""
        await self.find("")

    async def erase(self, person: str) -> bool:
        """Erase the key of a person, and note it for a backup that still has it; return whether there was one. Raises
        NotServed."""
        async with self._turn:
            rows = await self._execute(ERASE, person)
            if await self._execute(READ, [person]):
                raise unavailable("the key is still there after its erasure")
        self._pseudonym_by_person.pop(person, None)
        return bool(rows)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close(timeout=self._patience)

    def _remembered(self) -> dict[str, str]:
        if len(self._pseudonym_by_person) > CACHED or monotonic() - self._since > LIFETIME:
            self._pseudonym_by_person, self._since = {}, monotonic()
        return self._pseudonym_by_person

    async def _fetch(self, people: list[str]) -> dict[str, str]:
        async with self._turn:
            pseudonyms = self._pseudonyms(await self._execute(READ, people))
            if missing := [person for person in people if person not in pseudonyms]:
                await self._execute(MAKE, missing, [secrets.token_bytes(KEY) for _ in missing])
                pseudonyms |= self._pseudonyms(await self._execute(READ, missing))
        if len(pseudonyms) < len(people):
            raise unavailable("a key was erased while it was made")
        self._pseudonym_by_person.update(pseudonyms)
        return pseudonyms

    @staticmethod
    def _pseudonyms(rows: Iterable[asyncpg.Record]) -> dict[str, str]:
        return {row["person"]: pseudonym(row["person"], row["key"]) for row in rows}

    async def _execute(self, statement: str, *values: object) -> list[asyncpg.Record]:
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self._dsn, timeout=self._patience)
            return await self._connection.fetch(statement, *values, timeout=self._patience)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            if self._connection is not None:
                self._connection.terminate()
            raise unavailable(f"the keys can't be reached: {type(error).__name__}") from None


def _pseudonymised(disclosed: Sequence[Disclosed], pseudonyms: Mapping[str, str]) -> list[Disclosure]:
    return disclosures([(released, masked, _names(people, pseudonyms)) for released, masked, people in disclosed])


def _names(people: Sequence[str], pseudonyms: Mapping[str, str]) -> Sequence[str]:
    return itemgetter(*people)(pseudonyms) if len(people) > 1 else [pseudonyms[person] for person in people]
