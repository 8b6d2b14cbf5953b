"""People asked for one by one who are not there for the actor: each actor may miss so many, then waits.

policy.md attack 22. Who is denied and who does not exist count alike, so that the limit tells nothing either; found
people and failures never count. The count is each process's own: behind n hubs one may miss n times as many.

Of ids, which can't be guessed, what was answered is counted: requests of one moment pass together, and are paid for by
a longer wait. A search by what someone has (`findPerson`) is charged before it is made and given back if it finds, so
that no number of them at once passes; it weighs more, and counts for the actor's organisation too.

What is left of an actor's misses, and the metrics, tell of an answer like the answer itself: they change once it is
journalled, and whoever leaves before that, or whose answer fails, is found as it was.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from math import ceil, inf, isfinite
from typing import Any, TypeAlias

from hub.document.conditions import hold
from hub.errors import FieldFailed, RequestRefused
from hub.policy.authorise import Authorisation

KEPT = 10_000
"""Actors whose misses are remembered, the latest ones."""
LONGEST = 10
"""Most windows that one has to wait."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MissLimit:
    """`most` misses in a window of `seconds`; what was missed is forgiven evenly over it.

    As much weigh `searches` in vain of one actor, and `organisation` of all actors of one organisation, or of all who
    ask through a partner's applications."""

    most: int = 500
    seconds: int = 3600
    searches: int = 50
    organisation: int = 1000


def missing(asked: Iterable[str], data: Mapping[str, Any] | None, errors: Iterable[FieldFailed]) -> int:
    """How many of those asked for one by one, by response key, are not in the answer, and did not fail."""
    gone = [key for key in asked if data.get(key) is None] if data is not None else []
    if not gone:
        return 0
    failed = {error.path[0] for error in errors if error.path}
    return sum(key not in failed for key in gone)


@dataclass(slots=True)
class Searches:
    """The searches of one request: response keys of those `asked`, and of those `settled`, since found or failed."""

    asked: tuple[str, ...]
    settled: frozenset[str] = frozenset()


Bodies: TypeAlias = tuple[str | None, ...]
"""SIRETs of who answers for an actor, as far as there is one."""
NONE = nullcontext(Searches(()))
"""Of a request that searches nobody."""


class Misses:
    """The misses of each actor (`Actor.id`). `now` is Unix seconds.

    `missed` and `refused` are totals for the metrics: people and searches missed, requests refused for them."""

    def __init__(self, limit: MissLimit) -> None:
        self._limit = limit
        self._rate = limit.most / max(limit.seconds, 1)
        self._levels: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self.missed = self.refused = 0

    def admit(
        self, actor: str, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> tuple[str, ...]:
        """Response keys of the people that the operation asks for one by one, at the root and by an argument.

        Raises RequestRefused (TOO_MANY_MISSES, 429) for such an operation once the actor has missed too many.
        """
        fields = authorisation.asked
        if not fields:
            return ()
        asked = tuple([field.key for field in fields if not field.conditions or hold(field.conditions, variables)])
        if asked and (excess := self._excess(self._level(actor, now))) > 0:
            raise self._refused(excess)
        return asked

    def searching(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> AbstractContextManager[Searches]:
        """Charge the searches of an operation, and give back those that the caller says are settled; all if it fails.

        `bodies` are the actor's organisation, and the partner through whose application it asks. Raises RequestRefused
        (TOO_MANY_MISSES, 429) if there is no room for all of them.
        """
        if not authorisation.searches:
            return NONE
        return self._charging(actor, bodies, authorisation, variables, now)

    @contextmanager
    def _charging(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> Iterator[Searches]:
        fields = authorisation.searches
        searches = Searches(tuple(field.key for field in fields if hold(field.conditions, variables)))
        charged = self._charged(actor, bodies, len(searches.asked))
        for who, weight in charged.items():
            if (excess := self._level(who, now) + weight - self._limit.most) > 0:
                log.warning("searches of an actor or of its organisation find nobody too often")
                raise self._refused(excess)
        self._add(charged, 1.0, now)
        try:
            yield searches
        except BaseException:
            self._add(charged, -1.0, now)
            raise
        missed = sum(key not in searches.settled for key in searches.asked)
        self.missed += missed
        if searches.asked:
            self._add(charged, missed / len(searches.asked) - 1.0, now)

    def _charged(self, actor: str, bodies: Bodies, count: int) -> dict[str, float]:
        """What these searches weigh, for whom."""
        if not count:
            return {}
        bounds = {f"organisation {each}": self._limit.organisation for each in bodies if each is not None}
        bounds[actor] = self._limit.searches
        most = self._limit.most
        return {who: count * most / bound if bound > 0 < most else inf for who, bound in bounds.items()}

    def _add(self, charged: Mapping[str, float], part: float, now: int) -> None:
        for who, weight in charged.items():
            self._keep(who, self._level(who, now) + weight * part, now)

    def _keep(self, who: str, level: float, now: int) -> None:
        self._levels[who] = min(max(level, 0.0), float(self._limit.most * LONGEST)), now
        self._levels.move_to_end(who)
        while len(self._levels) > KEPT:
            self._levels.popitem(last=False)

    def count(self, actor: str, missed: int, now: int) -> None:
        """Count people who were `missing`, once the answer that says so is journalled."""
        if not missed:
            return
        self.missed += missed
        before = self._level(actor, now)
        self._keep(actor, before + missed, now)
        if self._excess(before) <= 0 < self._excess(before + missed):
            log.warning("an actor asked for more than %d people who are not there for it", self._limit.most)

    def _level(self, actor: str, now: int) -> float:
        level, at = self._levels.get(actor, (0.0, now))
        return max(level - max(now - at, 0) * self._rate, 0.0)

    def _excess(self, level: float) -> float:
        """What must be forgiven before there is room for one miss more."""
        return level + 1 - self._limit.most

    def _refused(self, excess: float) -> RequestRefused:
        self.refused += 1
        wait = ceil(excess / self._rate) if self._rate and isfinite(excess) else self._limit.seconds
        return RequestRefused(
            "TOO_MANY_MISSES",
            "Trop d'identifiants demandés ne mènent à personne que vous puissiez lire : vérifiez-les, et réessayez "
            f"dans {wait} s. Les listes restent servies.",
            "too many people asked for who are not there for the actor",
            http_status=429,
            extensions={"retryAfter": wait},
        )
