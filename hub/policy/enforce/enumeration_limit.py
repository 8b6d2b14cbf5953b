"""Each actor may ask in vain for so many people one by one, then waits (docs/attaques.md#attack-22).

People who are denied and people who do not exist count alike, so that the limit reveals nothing; people found and
failures never count. Hubs with a shared state count together; without one each counts on its own.

Look-ups by id, which can't be guessed, are counted by their answers: requests of one moment pass together, and are paid
for by a longer wait. A search by a value that a person has (`findPerson`) is charged before it is made and given back
if it finds, so that no number of simultaneous searches passes; it weighs more, and counts for the actor's organisation
too.

The nationwide search is bounded where it finds, too (docs/domain.md#actors: rate-limited): it is charged before and
given back if nobody was found, so that a refusal reveals nothing of the person searched for.

While a shared state is gone, nobody searches or writes.

The counts and the metrics change once the answer is journalled: a client that leaves before that, or whose answer
fails, is charged nothing.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeAlias

from hub.errors import FieldFailed, RequestRefused, state_gone
from hub.federation.operations.operation import hold
from hub.policy.enforce.authorise import Authorisation
from schema.facts import Fact
from schema.shared_state import Buckets, SharedState, Use

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MissLimit:
    """`most` misses in a window of `seconds`, forgiven evenly over it.

    `searches`: searches in vain of one actor that weigh as much; `organisation`: those of all actors of one
    organisation, or of all users of a partner's applications. `found`: people that an actor finds in the whole country
    in a window of `found_seconds`; `found_organisation`: those that its organisation finds.
    """

    most: int = 500
    seconds: int = 3600
    searches: int = 50
    organisation: int = 1000
    found: int = 200
    found_organisation: int = 5000
    found_seconds: int = 86_400


def missing(keys: Iterable[str], data: Mapping[str, Any] | None, errors: Iterable[FieldFailed]) -> int:
    """How many people looked up one by one, by response key, are absent from the answer without an error, or were
    written to in vain."""
    absent = [key for key in keys if data.get(key) is None] if data is not None else []
    if not absent:
        return 0
    failed = {error.path[0] for error in errors if error.path and error.code != "WRITE_REFUSED"}
    return sum(key not in failed for key in absent)


@dataclass(slots=True)
class Searches:
    """The searches of one request, by response key: all (`keys`), those that found someone or failed (`settled`), and
    those that found someone (`successful`)."""

    keys: tuple[str, ...]
    settled: frozenset[str] = frozenset()
    successful: frozenset[str] = frozenset()


Bodies: TypeAlias = tuple[str | None, ...]
"""SIRETs of the actor's organisation and of the partner whose application it uses, None without one."""
NO_SEARCHES = nullcontext(Searches(()))
"""The charge of a request without searches."""


class EnumerationLimit:
    """The misses of each actor (`Actor.id`) and the people it finds nationwide. `now` is Unix seconds.

    Totals for the metrics: people and searches `missed`, people `found` nationwide, requests `refused` for misses and
    `found_refused` for too many people found.
    """

    def __init__(self, limit: MissLimit, state: SharedState) -> None:
        self._limit, self._state = limit, state
        self._miss_buckets = Buckets(state, "misses", limit.most, limit.seconds)
        self._find_buckets = Buckets(state, "found", limit.found, limit.found_seconds)
        self.missed = self.refused = self.found_total = self.found_refused = 0

    def next_miss(self, actor: str) -> Use:
        """One more miss of an actor, to be looked at with what else is asked of the shared state."""
        return self._miss_buckets.use(actor)

    async def admit(
        self,
        actor: str,
        authorisation: Authorisation,
        variables: Mapping[str, Any],
        now: int,
        excess: float | None = None,
    ) -> tuple[str, ...]:
        """Response keys of the people that the operation looks up one by one, at the root and by an argument.

        `excess` is that of the `next_miss`, if it was looked at. Raises RequestRefused (TOO_MANY_MISSES, 429) for such
        an operation once the actor has missed too many, NotServed (SHARED_STATE_GONE) for a search or a write that the
        shared state guards.
        """
        if authorisation.searches or authorisation.operation.shape.kind == "mutation":
            self._require_state()
        fields = authorisation.lookups
        if not fields:
            return ()
        keys = tuple([field.key for field in fields if not field.conditions or hold(field.conditions, variables)])
        if keys and excess is None:
            [excess] = await self._state.take((), now, [self.next_miss(actor)])
        if keys and excess is not None and excess > 0:
            raise self._too_many_misses(excess)
        return keys

    def charge(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> AbstractAsyncContextManager[Searches]:
        """Charge the searches of an operation; on exit give back the settled ones, and the nationwide ones that found
        nobody, or all if it fails.

        `bodies` are the actor's organisation, and the partner through whose application it asks. Raises RequestRefused
        (TOO_MANY_MISSES, TOO_MANY_FOUND, 429) if there is no room for all searches, NotServed as `admit`.
        """
        if not authorisation.searches:
            return NO_SEARCHES
        return self._charge(actor, bodies, authorisation, variables, now)

    @asynccontextmanager
    async def _charge(
        self, actor: str, bodies: Bodies, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> AsyncIterator[Searches]:
        fields = [field for field in authorisation.searches if hold(field.conditions, variables)]
        searches, limit = Searches(tuple(field.key for field in fields)), self._limit
        count, nationwide = len(fields), sum(_is_nationwide(authorisation, field.coordinate) for field in fields)
        miss_limits = _limits(actor, bodies, limit.searches, limit.organisation)
        misses = self._miss_buckets.uses(count, miss_limits)
        finds = self._find_buckets.uses(nationwide, _limits(actor, bodies, limit.found, limit.found_organisation))
        excesses = await self._state.take([*misses, *finds], now)
        self._require_state()  # else this process may have counted them alone
        if (excess := max(excesses[: len(misses)], default=0.0)) > 0:
            log.warning("searches of an actor or of its organisation find nobody too often")
            raise self._too_many_misses(excess)
        if (excess := max(excesses[len(misses) :], default=0.0)) > 0:
            log.warning("an actor or its organisation finds more people of the whole country than it may")
            raise self._too_many_found(excess)
        try:
            yield searches
        except BaseException:
            await self._give_back(misses, -1.0, finds, -1.0, now)
            raise
        vain = sum(key not in searches.settled for key in searches.keys)
        successful = len(searches.successful)
        self.missed += vain
        self.found_total += successful if nationwide else 0
        unused_finds = successful / nationwide - 1.0 if nationwide else 0.0
        await self._give_back(misses, vain / count - 1.0 if count else 0.0, finds, unused_finds, now)

    def _require_state(self) -> None:
        """Raise NotServed (SHARED_STATE_GONE) while a shared state can't be reached."""
        if not self._state.is_open:
            raise state_gone(
                "Le hub ne sait pas en ce moment ce que ses processus comptent ensemble, et ne fait que lire"
            )

    async def _give_back(
        self, misses: Sequence[Use], missed: float, finds: Sequence[Use], found_part: float, now: int
    ) -> None:
        """Add these parts, none above nothing, to the misses and to the finds, in one call."""
        parts = [*((use, missed) for use in misses), *((use, found_part) for use in finds)]
        back = [use._replace(weight=use.weight * part) for use, part in parts if part]
        if back:
            await self._state.add(back, now)

    async def count(self, actor: str, missed: int, now: int) -> None:
        """Count the `missing` people of an answer, once it is journalled."""
        if not missed:
            return
        self.missed += missed
        [level] = await self._miss_buckets.add([self._miss_buckets.use(actor, missed)], 1.0, now)
        if level - missed + 1 <= self._limit.most < level + 1:
            log.warning("an actor asked for more than %d people who are not there for it", self._limit.most)

    def _too_many_misses(self, excess: float) -> RequestRefused:
        self.refused += 1
        wait = self._miss_buckets.wait(excess)
        return RequestRefused(
            "TOO_MANY_MISSES",
            "Trop d'identifiants demandés ne mènent à personne que vous puissiez lire : vérifiez-les, et réessayez "
            f"dans {wait} s. Les listes restent servies.",
            "too many people asked for who are not there for the actor",
            http_status=429,
            extensions={"retryAfter": wait},
        )

    def _too_many_found(self, excess: float) -> RequestRefused:
        self.found_refused += 1
        wait = self._find_buckets.wait(excess)
        return RequestRefused(
            "TOO_MANY_FOUND",
            "La recherche nationale est limitée en nombre (C. trav. R.5312-42-1 IV), pour vous et votre organisation : "
            f"réessayez dans {wait} s. Les personnes que vous suivez se recherchent sous la finalité de leur suivi.",
            "too many people found in the whole country",
            http_status=429,
            extensions={"retryAfter": wait},
        )


def _is_nationwide(authorisation: Authorisation, coordinate: str) -> bool:
    """Whether a search may find a person whom nothing links to the actor."""
    rule = authorisation.decisions.decisions[coordinate].rule
    return any(clause.any_of & Fact.NATIONWIDE for clause in rule.read)


def _limits(actor: str, bodies: Bodies, actor_limit: int, body_limit: int) -> dict[str, int]:
    """The limit of each bucket: the actor's, and those of the bodies that answer for it."""
    return {f"organisation {siret}": body_limit for siret in bodies if siret is not None} | {actor: actor_limit}
