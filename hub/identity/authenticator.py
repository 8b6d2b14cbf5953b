"""Authentication: the actor of a token, whose issuer's keys may have to be read over the network first."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from hub.identity.actor import Actor
from hub.identity.applications import Applications
from hub.identity.issuer import Issuer
from hub.identity.remote_keys import RemoteKeys
from hub.identity.revocations import check_standing
from hub.identity.tokens import KeyUnknown, Tokens
from hub.policy.decide.policy_model import ActorKind
from schema.local_state import LocalState
from schema.shared_state import SharedState


class Authenticator:
    """Authenticates tokens of the trusted issuers. `remote`: the key sets that are read over the network, by issuer;
    `clock` gives Unix seconds, `state` tells who is revoked. Raises StartRefused (SETTINGS_INVALID) like `Tokens`."""

    def __init__(
        self,
        issuers: Mapping[str, Issuer],
        audience: str,
        kinds: Mapping[str, ActorKind],
        clock: Callable[[], int],
        applications: Applications | None = None,
        state: SharedState | None = None,
    ) -> None:
        self._state = state or LocalState()
        self._tokens = Tokens(issuers, audience, kinds, applications)
        self.remote = {
            issuer.name: RemoteKeys(issuer, issuer.source, self._tokens, clock, self._state)
            for issuer in issuers.values()
            if issuer.source is not None
        }

    async def actor(self, token: str, now: int) -> Actor:
        """The actor of a token that is valid now; raises IdentityRefused. Waits only to read a key set over the network
        that lacks the token's key; raises NotServed (SHARED_STATE_GONE) where nobody knows who is revoked."""
        try:
            actor = self._tokens.actor(token, now)
        except KeyUnknown as unknown:
            await self.remote[unknown.issuer].seek(unknown.kid, now)
            actor = self._tokens.actor(token, now)
        check_standing(actor, self._state, token)
        return actor

    def ready(self, now: int) -> bool:
        """Whether at least one issuer's keys are valid now: without any, no token is accepted."""
        return self._tokens.has_valid_key(now)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Try to read each remote set once, then keep all of them current."""
        refreshing: list[asyncio.Task[None]] = []
        try:
            await asyncio.gather(*(keys.read() for keys in self.remote.values()))
            refreshing += [asyncio.create_task(keys.keep()) for keys in self.remote.values()]
            yield
        finally:
            for task in refreshing:
                task.cancel()
            await asyncio.gather(*refreshing, *(keys.close() for keys in self.remote.values()), return_exceptions=True)
