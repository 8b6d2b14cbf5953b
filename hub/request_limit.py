"""How many requests an actor, an organisation and an application make in a window, whatever they ask for.

Charged once a token is verified and before the document is read; a refused request is not charged. The organisation's
bucket takes the requests of all its actors, and a partner's those of all users of its applications.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from hub.errors import RequestRefused
from hub.identity.actor import Actor
from schema.shared_state import Buckets, SharedState, Use

log = logging.getLogger(__name__)

MESSAGES = {
    "actor": "Vous envoyez trop de requêtes",
    "organisation": "Votre organisation envoie trop de requêtes",
    "application": "Votre application envoie trop de requêtes",
}
"""Whose requests are too many, by bucket."""


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """The most requests in a window of `seconds`, forgiven evenly over it: by one actor, by all actors of an
    organisation, through one application."""

    actor: int = 3_000
    organisation: int = 30_000
    application: int = 60_000
    seconds: int = 60


class RequestCount:
    """The requests of each, in a shared state; `refused` are those refused so far, by bucket, for the metrics."""

    def __init__(self, limit: RequestLimit, state: SharedState) -> None:
        limits = {"actor": limit.actor, "organisation": limit.organisation, "application": limit.application}
        self._state = state
        self._buckets = {name: Buckets(state, name, most, limit.seconds) for name, most in limits.items()}
        self.refused = dict.fromkeys(limits, 0)

    async def charge(self, actor: Actor, now: int, looks: Sequence[Use] = ()) -> list[float]:
        """Count a request at this time, in Unix seconds, and return the excess of the uses that are looked at with it.

        Raises RequestRefused (TOO_MANY_REQUESTS, 429)."""
        names = [("actor", actor.id), ("application", actor.application)]
        names += [("organisation", siret) for siret in {actor.organisation, actor.partner} if siret is not None]
        excesses = await self._state.take([self._buckets[of].use(name) for of, name in names], now, looks)
        for (of, _), excess in zip(names, excesses, strict=False):
            if excess > 0:
                raise self._too_many(of, excess)
        return excesses[len(names) :]

    def _too_many(self, name: str, excess: float) -> RequestRefused:
        if not self.refused[name]:
            log.warning("an %s sends too many requests: the first of them is refused", name)
        self.refused[name] += 1
        wait = self._buckets[name].wait(excess)
        return RequestRefused(
            "TOO_MANY_REQUESTS",
            f"{MESSAGES[name]} : réessayez dans {wait} s.",
            f"too many requests of one {name}",
            http_status=429,
            extensions={"retryAfter": wait},
        )
