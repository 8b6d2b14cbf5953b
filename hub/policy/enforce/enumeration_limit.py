"""People asked for one by one who are not there for the actor: each actor may miss so many, then waits.

docs/attaques.md#attack-22. Who is denied and who does not exist count alike, so that the limit tells nothing either;
found people and failures never count. The count is each process's own: behind n hubs one may miss n times as many.

Of ids, which can't be guessed, what was answered is counted: requests of one moment pass together, and are paid for by
a longer wait. A search by what someone has (`findPerson`) is charged before it is made and given back if it finds, so
that no number of them at once passes; it weighs more, and counts for the actor's organisation too.

The search of the whole country is bounded where it finds, too (docs/domain.md#actors: rate-limited): who is found is
charged before and given back if nobody was, so that a refusal tells nothing of whoever is searched for.

What is left of an actor's misses, and the metrics, tell of an answer like the answer itself: they change once it is
journalled, and whoever leaves before that, or whose answer fails, is found as it was.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.errors import FieldFailed, RequestRefused
from hub.federation.operations.operation import hold
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.leaky_bucket import Levels
from schema.facts import Fact

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MissLimit:
    """`most` misses in a window of `seconds`; what was missed is forgiven evenly over it.

    As much weigh `searches` in vain of one actor, and `organisation` of all actors of one organisation, or of all who
    ask through a partner's applications. Of the whole country an actor finds `found` people in a window of
    `found_seconds`, and they together `found_organisation`."""

    most: int = 500
    seconds: int = 3600
    searches: int = 50
    organisation: int = 1000
    found: int = 200
    found_organisation: int = 5000
    found_seconds: int = 86_400


def missing(asked: Iterable[str], data: Mapping[str, Any] | None, errors: Iterable[FieldFailed]) -> int:
    """How many of those asked for one by one, by response key, are not in the answer, and did not fail."""
    gone = [key for key in asked if data.get(key) is None] if data is not None else []
    if not gone:
        return 0
    failed = {error.path[0] for error in errors if error.path}
    return sum(key not in failed for key in gone)


@dataclass(slots=True)
class Searches:
    """The searches of one request: response keys of those `asked`, of those `settled`, since found or failed, and of
    those that `found` someone."""

    asked: tuple[str, ...]
    settled: frozenset[str] = frozenset()
    found: frozenset[str] = frozenset()


Bodies: TypeAlias = tuple[str | None, ...]
"""SIRETs of who answers for an actor, as far as there is one."""
NONE = nullcontext(Searches(()))
"""Of a request that searches nobody."""


class Misses:
    """The misses of each actor (`Actor.id`), and whom it finds. `now` is Unix seconds.

    Totals for the metrics: people and searches `missed`, people `found` in the whole country, requests `refused` for
    misses and `full` for too many found."""

    def __init__(self, limit: MissLimit) -> None:
        self._limit = limit
        self._missed = Levels(limit.most, limit.seconds)
        self._found = Levels(limit.found, limit.found_seconds)
        self.missed = self.refused = self.found = self.full = 0

    def admit(
        self, actor: str, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> tuple[str, ...]:
        """Response keys of the people that the operation asks for one by one, at the root and by an argument.

        Raises RequestRefused (TOO_MANY_MISSES, 429) for such an operation once the actor has missed too many.
        """
        fields = authorisation.lookups
        if not fields:
            return ()
        asked = tuple([field.key for field in fields if not field.conditions or hold(field.conditions, variables)])
        if asked and (excess := self._missed.over(actor, now)) > 0:
            raise self._missed_too_many(excess)
        return asked

    def searching(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> AbstractContextManager[Searches]:
        """Charge the searches of an operation, and give back those that the caller says are settled, and of what may be
        found those that found nobody; all if it fails.

        `bodies` are the actor's organisation, and the partner through whose application it asks. Raises RequestRefused
        (TOO_MANY_MISSES, TOO_MANY_FOUND, 429) if there is no room for all of them.
        """
        if not authorisation.searches:
            return NONE
        return self._charging(actor, bodies, authorisation, variables, now)

    @contextmanager
    def _charging(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> Iterator[Searches]:
        fields = [field for field in authorisation.searches if hold(field.conditions, variables)]
        searches, limit = Searches(tuple(field.key for field in fields)), self._limit
        count, anywhere = len(fields), sum(_anywhere(authorisation, field.coordinate) for field in fields)
        missed = self._missed.weights(count, _bounds(actor, bodies, limit.searches, limit.organisation))
        found = self._found.weights(anywhere, _bounds(actor, bodies, limit.found, limit.found_organisation))
        if (excess := self._missed.excess(missed, now)) > 0:
            log.warning("searches of an actor or of its organisation find nobody too often")
            raise self._missed_too_many(excess)
        if (excess := self._found.excess(found, now)) > 0:
            log.warning("an actor or its organisation finds more people of the whole country than it may")
            raise self._found_too_many(excess)
        self._missed.add(missed, 1.0, now)
        self._found.add(found, 1.0, now)
        try:
            yield searches
        except BaseException:
            self._missed.add(missed, -1.0, now)
            self._found.add(found, -1.0, now)
            raise
        if count:
            vain = sum(key not in searches.settled for key in searches.asked)
            self.missed += vain
            self._missed.add(missed, vain / count - 1.0, now)
        if anywhere:
            told = len(searches.found)
            self.found += told
            self._found.add(found, told / anywhere - 1.0, now)

    def count(self, actor: str, missed: int, now: int) -> None:
        """Count people who were `missing`, once the answer that says so is journalled."""
        if not missed:
            return
        self.missed += missed
        full = self._missed.over(actor, now) > 0
        self._missed.add({actor: float(missed)}, 1.0, now)
        if not full and self._missed.over(actor, now) > 0:
            log.warning("an actor asked for more than %d people who are not there for it", self._limit.most)

    def _missed_too_many(self, excess: float) -> RequestRefused:
        self.refused += 1
        wait = self._missed.wait(excess)
        return RequestRefused(
            "TOO_MANY_MISSES",
            "Trop d'identifiants demandés ne mènent à personne que vous puissiez lire : vérifiez-les, et réessayez "
            f"dans {wait} s. Les listes restent servies.",
            "too many people asked for who are not there for the actor",
            http_status=429,
            extensions={"retryAfter": wait},
        )

    def _found_too_many(self, excess: float) -> RequestRefused:
        self.full += 1
        wait = self._found.wait(excess)
        return RequestRefused(
            "TOO_MANY_FOUND",
            "La recherche nationale est limitée en nombre (C. trav. R.5312-42-1 IV), pour vous et votre organisation : "
            f"réessayez dans {wait} s. Les personnes que vous suivez se recherchent sous la finalité de leur suivi.",
            "too many people found in the whole country",
            http_status=429,
            extensions={"retryAfter": wait},
        )


def _anywhere(authorisation: Authorisation, coordinate: str) -> bool:
    """Whether a search may find someone to whom nothing links the actor."""
    rule = authorisation.decisions.decisions[coordinate].rule
    return any(clause.any_of & Fact.NATIONWIDE for clause in rule.read)


def _bounds(actor: str, bodies: Bodies, own: int, whole: int) -> dict[str, int]:
    return {f"organisation {each}": whole for each in bodies if each is not None} | {actor: own}
