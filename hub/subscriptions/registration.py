"""Makes a subscription: its query is decided, its address judged, its place in the changes taken, then it begins."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from hub.changes.change_list import ChangeList
from hub.identity.actor import Actor
from hub.identity.purpose import Purposes
from hub.journal.write.client_texts import check_reference
from hub.subscriptions.addresses import Network, destination
from hub.subscriptions.standing import Standings
from hub.subscriptions.store import Connection
from hub.subscriptions.terms import SECRET, Terms, TermsSeal
from schema.idempotency import hashed_actor

DAYS, MOST_DAYS = 90, 366
"""Days for which a subscription is made: usually, and at most."""
ADDED = (
    "INSERT INTO access.subscription (id, client, issuer, purpose, host, ends_at, sealed, cursor, actor, key, request)"
    " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
)


@dataclass(frozen=True, slots=True, repr=False)
class SubscriptionRequest:
    """What an application asks for: its query, where to notify it, for which purpose and how long."""

    document: str
    url: str
    purpose: str | None
    reference: str | None = None
    days: int = DAYS


@dataclass(frozen=True, slots=True, repr=False)
class NewSubscription:
    """A subscription that may be made, as its row will be; its `secret` is shown once."""

    id: UUID
    ends_at: datetime
    secret: str
    row: tuple[Any, ...]

    async def add(self, connection: Connection, key: str | None = None, request: str | None = None) -> None:
        """Let it begin; `key` and `request` are the hashes of an idempotency key and of what was asked under it."""
        await connection.execute(ADDED, *self.row, key, request)


@dataclass(frozen=True, slots=True, repr=False)
class Registration:
    """Decides on subscriptions that `networks` beside the public ones may receive; `secret` keys the hash of whose each
    is."""

    standings: Standings
    purposes: Purposes
    changes: ChangeList
    seal: TermsSeal
    networks: Sequence[Network]
    secret: bytes

    async def decide(
        self, actor: Actor, request: SubscriptionRequest, now: int, *, own: bool = False
    ) -> NewSubscription:
        """The subscription of a verified actor at this time (Unix seconds), not yet stored; `own`: its application
        makes it. Raises HubError."""
        purpose = self.purposes.purpose(actor, request.purpose)
        reference = check_reference(request.reference, needed=self.purposes.reference(purpose))
        terms = Terms(actor, purpose, reference, request.document, request.url, secrets.token_bytes(SECRET))
        standing = await self.standings.of(terms, now, own=own)
        place = await destination(request.url, self.networks)
        identifier = uuid4()
        until = min(datetime.fromtimestamp(now, UTC) + timedelta(request.days), _instant(actor.habilitated_until))
        cursor = await self.changes.start(standing.context)
        sealed = self.seal.close(identifier, terms)
        owner = hashed_actor(actor.caller, self.secret)
        row = (identifier, actor.client, actor.issuer, purpose, place.host, until, sealed, cursor, owner)
        return NewSubscription(identifier, until, terms.shown_secret, row)


def _instant(seconds: int) -> datetime:
    """The instant, or the last one that there is."""
    return datetime.fromtimestamp(min(seconds, 253_402_300_799), UTC)
