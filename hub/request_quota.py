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
    """Admits a request when it is made, charges its searches on entry, and on exit gives them back if the request
    failed, else counts what `settle` found; raises RequestRefused (429) when made and on entry."""

    __slots__ = ("_charge", "_keys", "_limit", "_missed", "_request", "_searches")

    def __init__(
        self, limit: EnumerationLimit, caller: Caller, authorisation: Authorisation, variables: Mapping[str, Any]
    ) -> None:
        self._limit, self._request = limit, (caller, authorisation, variables)
        self._keys = limit.admit(caller.actor.id, authorisation, variables, caller.now)
        self._missed = 0

    def __enter__(self) -> RequestQuota:
        caller, authorisation, variables = self._request
        bodies = (caller.actor.organisation, caller.actor.partner)
        self._charge = self._limit.charge(caller.actor.id, bodies, authorisation, variables, caller.now)
        self._searches = self._charge.__enter__()
        return self

    def settle(self, data: Mapping[str, Any] | None, errors: Sequence[FieldFailed], guard: Guard) -> None:
        """Note which people and searches of the request the answer holds."""
        if self._searches.keys:
            self._searches.settled, self._searches.successful = guard.root_keys(errors), guard.root_keys(())
        self._missed = missing(self._keys, data, errors)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._charge.__exit__(kind, error, traceback)
        if kind is None:
            caller = self._request[0]
            self._limit.count(caller.actor.id, self._missed, caller.now)
