"""How many requests an actor, an organisation and an application make in a window, whatever they ask for.

Charged once a token is verified and before the document is read; a refused request is not charged. The organisation's
bucket takes the requests of all its actors, and a partner's those of all users of its applications. Each process counts
on its own, as for misses (`hub.policy.enforce.enumeration_limit`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from hub.errors import RequestRefused
from hub.identity.actor import Actor
from hub.policy.enforce.leaky_bucket import LeakyBuckets

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
    """The requests of each; `refused` are those refused so far, by bucket, for the metrics."""

    def __init__(self, limit: RequestLimit) -> None:
        self._limits = {"actor": limit.actor, "organisation": limit.organisation, "application": limit.application}
        self._buckets = {name: LeakyBuckets(most, limit.seconds) for name, most in self._limits.items()}
        self.refused = dict.fromkeys(self._limits, 0)

    def charge(self, actor: Actor, now: int) -> None:
        """Count a request at this time, in Unix seconds; raises RequestRefused (TOO_MANY_REQUESTS, 429)."""
        uses = {"actor": {actor.id: 1.0}, "application": {actor.client: 1.0}}
        if bodies := {siret: 1.0 for siret in (actor.organisation, actor.partner) if siret is not None}:
            uses["organisation"] = bodies
        for name, weights in uses.items():
            if (excess := self._buckets[name].excess(weights, now)) > 0:
                raise self._too_many(name, excess)
        for name, weights in uses.items():
            self._buckets[name].add(weights, 1.0, now)

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
