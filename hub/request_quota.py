"""The enumeration limit around one request: it is charged while the request is answered, and settled by the answer.

`hub.policy.enforce.enumeration_limit` has the rules and the order in which admission, charge and count happen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

from hub.errors import FieldFailed
from hub.identity.caller import Caller
from hub.policy.enforce.authorise import Authorisation
from hub.policy.enforce.enumeration_limit import EnumerationLimit, missing
from hub.policy.enforce.guard import Guard


class RequestQuota:
    """Charges the searches of an admitted request on entry, and on exit gives them back if the request failed, else
    counts what `settle` found; raises RequestRefused (429) on entry."""

    __slots__ = ("_charge", "_keys", "_limit", "_missed", "_request", "_searches")

    def __init__(
        self,
        limit: EnumerationLimit,
        caller: Caller,
        authorisation: Authorisation,
        variables: Mapping[str, Any],
        keys: Sequence[str],
    ) -> None:
        self._limit, self._request, self._keys, self._missed = limit, (caller, authorisation, variables), keys, 0

    @staticmethod
    async def admitted(
        limit: EnumerationLimit, caller: Caller, authorisation: Authorisation, variables: Mapping[str, Any]
    ) -> RequestQuota:
        """The quota of a request that may be made; raises RequestRefused (TOO_MANY_MISSES, 429)."""
        keys = await limit.admit(caller.actor.id, authorisation, variables, caller.now, caller.excess)
        return RequestQuota(limit, caller, authorisation, variables, keys)

    async def __aenter__(self) -> RequestQuota:
        caller, authorisation, variables = self._request
        bodies = (caller.actor.organisation, caller.actor.partner)
        self._charge = self._limit.charge(caller.actor.id, bodies, authorisation, variables, caller.now)
        self._searches = await self._charge.__aenter__()
        return self

    def settle(self, data: Mapping[str, Any] | None, errors: Sequence[FieldFailed], guard: Guard) -> None:
        """Note which people and searches of the request the answer holds."""
        if self._searches.keys:
            self._searches.settled, self._searches.successful = guard.root_keys(errors), guard.root_keys(())
        self._missed = missing(self._keys, data, errors)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._charge.__aexit__(kind, error, traceback)
        if kind is None:
            caller = self._request[0]
            await self._limit.count(caller.actor.id, self._missed, caller.now)
