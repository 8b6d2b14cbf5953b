"""The subscriptions that an application makes and ends itself, each of one actor of its own.

The role `subscriber` sees the rows of the application that its transaction names, adds and removes those of its actor
alone, and reads no term: row security says so, whatever a statement does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from hub.errors import NotServed, RequestRefused
from hub.identity.actor import Actor
from hub.identity.caller import Caller
from hub.subscriptions.registration import MOST_DAYS, Registration, SubscriptionRequest
from hub.subscriptions.store import Connection
from infra.connecting import Pool, connections
from infra.role_names import SUBSCRIBER
from infra.roles import Dsn
from schema.idempotency import hashed_actor, hashed_key, hashed_request, is_key
from schema.overlapping_keys import accepted

SECONDS = 10.0
"""Longest time of a statement, and longest wait for a connection."""
CONNECTIONS = 2
"""Most connections at once, however many requests and fields ask."""
LOCK = 0x5B1F
"""The space of advisory locks of applications that subscribe: one at a time each, so that none passes its number."""
SHOWN = (
    'id::text, host, purpose, state, reason, created_at AS "createdAt", ends_at AS "endsAt",'
    ' last_success_at AS "lastSuccessAt"'
)
OWN = f"SELECT {SHOWN} FROM access.subscription WHERE actor = ANY($1) ORDER BY created_at, id"  # noqa: S608 - our own columns
UNDER_KEY = f"SELECT request, {SHOWN} FROM access.subscription WHERE actor = ANY($1) AND key = ANY($2)"  # noqa: S608 - our own columns
IN_USE = (
    "SELECT count(*) FROM access.subscription WHERE coalesce(issuer, $1) = $1 AND state <> 'ENDED' AND ends_at > now()"
)
ENDED = "DELETE FROM access.subscription WHERE id = $1 AND actor = ANY($2)"


@dataclass(frozen=True, slots=True, repr=False)
class RequestHashes:
    """The hashes of a request's actor, of its idempotency key and of all that it asks for, each under every accepted
    secret; the first is the one to store."""

    owners: Sequence[str]
    keys: Sequence[str]
    requests: Sequence[str]

    @staticmethod
    def of(caller: Caller, values: Mapping[str, Any], secret: bytes) -> RequestHashes:
        """The hashes of a mutation's input, as this caller sends it."""
        whole, secrets = {**values, "for": [caller.purpose, caller.reference]}, accepted(secret)
        return RequestHashes(
            _owners(caller.actor, secret),
            [hashed_key(values["idempotencyKey"], accepted_secret) for accepted_secret in secrets],
            [hashed_request("subscribeToChanges", whole, accepted_secret) for accepted_secret in secrets],
        )


class InputMalformed(Exception):
    """Inputs, by name, lack their forms of `schema.input_forms`."""

    code = "BAD_INPUT"

    def __init__(self, forms: Mapping[str, str]) -> None:
        super().__init__(", ".join(forms))
        self.malformed = [{"input": f"input.{name}", "expected": form} for name, form in forms.items()]


class OwnSubscriptions:
    """Subscriptions in the database of `dsn`, over a pool that is opened when needed. `most`: how many an application
    may have, by issuer and name. Raises NotServed."""

    def __init__(self, dsn: Dsn, registration: Registration, most: Mapping[tuple[str, str], int]) -> None:
        self._dsn, self._registration, self._most = dsn, registration, most
        self._pool: Pool | None = None

    @property
    def probes(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What says, by raising NotServed, that subscriptions can't be read, by its role."""
        return {SUBSCRIBER: self._probe}

    async def _probe(self) -> None:
        async with self._transaction("", ()) as connection:
            await connection.execute("SELECT id FROM access.subscription LIMIT 0")

    async def add(self, caller: Caller, values: Mapping[str, Any]) -> dict[str, Any]:
        """Subscribe the caller once, and return the subscription and its secret, None if it was made before; raises
        HubError, InputMalformed."""
        actor = caller.actor
        most = self._most.get((actor.issuer, actor.client))
        if most is None:
            raise refused("SUBSCRIPTION_NOT_OPEN", "the settings let this application make no subscription")
        checks = (("idempotencyKey", "KEY", is_key), ("days", "DAYS", lambda days: 1 <= days <= MOST_DAYS))
        if wrong := {name: form for name, form, accepts in checks if not accepts(values[name])}:
            raise InputMalformed(wrong)
        hashes = RequestHashes.of(caller, values, self._registration.secret)
        async with self._transaction(actor.client, hashes.owners) as connection:
            if (earlier := await _stored_or_room(connection, hashes, actor.issuer, most)) is not None:
                return {"subscription": earlier, "secret": None}
        request = SubscriptionRequest(values["query"], values["url"], caller.purpose, caller.reference, values["days"])
        subscription = await self._registration.decide(actor, request, caller.now, own=True)
        async with self._transaction(actor.client, hashes.owners) as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", LOCK, actor.client)
            if (earlier := await _stored_or_room(connection, hashes, actor.issuer, most)) is not None:
                return {"subscription": earlier, "secret": None}
            await subscription.add(connection, hashes.keys[0], hashes.requests[0])
            return {"subscription": await _stored(connection, hashes), "secret": subscription.secret}

    async def end(self, actor: Actor, identifier: str) -> str:
        """End a subscription of the actor by this application; raises RequestRefused (SUBSCRIPTION_UNKNOWN)."""
        owners = _owners(actor, self._registration.secret)
        async with self._transaction(actor.client, owners) as connection:
            if await connection.execute(ENDED, _uuid(identifier), owners) == "DELETE 0":
                raise unknown()
        return identifier

    async def all(self, actor: Actor) -> list[dict[str, Any]]:
        """Those of the actor by this application, in the order in which they were made."""
        owners = _owners(actor, self._registration.secret)
        async with self._transaction(actor.client, owners) as connection:
            return [_shown(row) for row in await connection.fetch(OWN, owners)]

    @asynccontextmanager
    async def _transaction(self, client: str, owners: Sequence[str]) -> AsyncIterator[Connection]:
        try:
            pool = await self._opened()
            async with pool.acquire(timeout=SECONDS) as connection, connection.transaction():
                await connection.execute(
                    "SELECT set_config('spie.client', $1, true), set_config('spie.actor', $2, true)",
                    client,
                    ",".join(owners),
                )
                yield connection
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise NotServed(
                "DATABASE_UNAVAILABLE", "Les abonnements ne répondent pas : réessayez.", type(error).__name__
            ) from None

    async def _opened(self) -> Pool:
        if self._pool is None:
            self._pool = connections(self._dsn(SUBSCRIBER), CONNECTIONS, command_timeout=SECONDS)
        return await self._pool

    async def close(self) -> None:
        """Close the connections."""
        if self._pool is not None:
            self._pool.terminate()
            self._pool = None


@dataclass(frozen=True, slots=True, repr=False)
class NoSubscriptions:
    """What a hub answers whose settings let no application subscribe: it holds neither role nor key for it."""

    @property
    def probes(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """None."""
        return {}

    async def add(self, caller: Caller, values: Mapping[str, Any]) -> dict[str, Any]:
        """Raise RequestRefused (SUBSCRIPTION_NOT_OPEN)."""
        raise refused("SUBSCRIPTION_NOT_OPEN", "the settings let no application subscribe")

    async def end(self, actor: Actor, identifier: str) -> str:
        """Raise RequestRefused (SUBSCRIPTION_UNKNOWN)."""
        raise unknown()

    async def all(self, actor: Actor) -> list[dict[str, Any]]:
        """None."""
        return []

    async def close(self) -> None:
        """Close nothing."""


Subscribing: TypeAlias = OwnSubscriptions | NoSubscriptions
"""What applications do with their own subscriptions, or that they do nothing."""


def _owners(actor: Actor, secret: bytes) -> list[str]:
    """The hash of an actor and its application under each accepted secret."""
    return [hashed_actor(actor.caller, accepted_secret) for accepted_secret in accepted(secret)]


async def _stored(connection: Connection, hashes: RequestHashes) -> dict[str, Any] | None:
    """The subscription that this request made; raises RequestRefused (IDEMPOTENCY_KEY_REUSED) if its key made another
    one."""
    row = await connection.fetchrow(UNDER_KEY, hashes.owners, hashes.keys)
    if row is None:
        return None
    if row["request"] not in hashes.requests:
        raise refused("IDEMPOTENCY_KEY_REUSED", "the key was used for another request")
    return _shown(row)


async def _stored_or_room(
    connection: Connection, hashes: RequestHashes, issuer: str, most: int
) -> dict[str, Any] | None:
    """The subscription that this request made, or None where there is room for it; raises RequestRefused
    (SUBSCRIPTION_LIMIT, IDEMPOTENCY_KEY_REUSED)."""
    earlier = await _stored(connection, hashes)
    if earlier is None and await connection.fetchval(IN_USE, issuer) >= most:
        raise refused("SUBSCRIPTION_LIMIT", "the application has as many subscriptions as it may")
    return earlier


def _shown(row: asyncpg.Record) -> dict[str, Any]:
    """The subscription as it is answered: instants at the second, in universal time."""
    return {
        name: value.astimezone(UTC).isoformat(timespec="seconds") if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _uuid(identifier: str) -> UUID:
    try:
        return UUID(identifier)
    except ValueError:
        raise unknown() from None


def unknown() -> RequestRefused:
    """The refusal of a subscription that is not there, or of another actor or application: all are told alike."""
    return refused("SUBSCRIPTION_UNKNOWN", "no such subscription of this actor and application")


def refused(code: str, detail: str) -> RequestRefused:
    """The refusal of a mutation; the client reads the text of the code (`hub.wording.engine`)."""
    return RequestRefused(code, code, detail)
