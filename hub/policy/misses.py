"""People asked for one by one who are not there for the actor: each actor may miss so many, then waits.

policy.md attack 22. Who is denied and who does not exist count alike, so that the limit tells nothing either; found
people and failures never count. The count is each process's own, and counts what was answered: requests of one moment
pass together, and are paid for by a longer wait.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from hub.document.conditions import hold
from hub.errors import FieldFailed, RequestRefused
from hub.policy.authorise import Authorisation
from hub.policy.classification import Classification

KEPT = 10_000
"""Actors whose misses are remembered, the latest ones."""
LONGEST = 10
"""Most windows that one has to wait."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MissLimit:
    """`most` misses in a window of `seconds`; what was missed is forgiven evenly over it."""

    most: int = 500
    seconds: int = 3600


class Misses:
    """The misses of each actor (`Actor.id`). `now` is Unix seconds."""

    def __init__(self, limit: MissLimit, schema: Classification) -> None:
        self._limit, self._schema = limit, schema
        self._rate = limit.most / max(limit.seconds, 1)
        self._levels: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def admit(
        self, actor: str, authorisation: Authorisation, variables: Mapping[str, Any], now: int
    ) -> tuple[str, ...]:
        """Response keys of the people that the operation asks for one by one, at the root and by an argument.

        Raises RequestRefused (TOO_MANY_MISSES, 429) for such an operation once the actor has missed too many.
        """
        fields = authorisation.operation.shape.root.fields
        asked = tuple(
            field.key
            for field in fields
            if field.arguments
            and not field.denied
            and self._one(field.coordinate)
            and hold(field.conditions, variables)
        )
        if asked and (excess := self._excess(self._level(actor, now))) > 0:
            raise self._refused(excess)
        return asked

    def count(
        self,
        actor: str,
        asked: Iterable[str],
        data: Mapping[str, Any] | None,
        errors: Iterable[FieldFailed],
        now: int,
    ) -> None:
        """Count those of `asked` who were not there, once the answer is known."""
        failed = {error.path[0] for error in errors if error.path}
        missed = sum(data is not None and data.get(key) is None and key not in failed for key in asked)
        if not missed:
            return
        before = self._level(actor, now)
        self._levels[actor] = min(before + missed, float(self._limit.most * LONGEST)), now
        self._levels.move_to_end(actor)
        while len(self._levels) > KEPT:
            self._levels.popitem(last=False)
        if self._excess(before) <= 0 < self._excess(before + missed):
            log.warning("an actor asked for more than %d people who are not there for it", self._limit.most)

    def _one(self, coordinate: str) -> bool:
        found = self._schema.fields.get(coordinate)
        return found is not None and not found.many and found.returns in self._schema.personal

    def _level(self, actor: str, now: int) -> float:
        level, at = self._levels.get(actor, (0.0, now))
        return max(level - max(now - at, 0) * self._rate, 0.0)

    def _excess(self, level: float) -> float:
        """What must be forgiven before there is room for one miss more."""
        return level + 1 - self._limit.most

    def _refused(self, excess: float) -> RequestRefused:
        wait = ceil(excess / self._rate) if self._rate else self._limit.seconds
        return RequestRefused(
            "TOO_MANY_MISSES",
            "Trop des identifiants demandés ne mènent à personne que vous puissiez lire : vérifiez-les, et réessayez "
            f"dans {wait} s. Les listes restent servies.",
            "too many people asked for who are not there for the actor",
            http_status=429,
            extensions={"retryAfter": wait},
        )
