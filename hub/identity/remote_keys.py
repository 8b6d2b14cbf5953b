"""The key set of one issuer, kept current: it is read at start, before it is old, and when a token's key is not in it.

docs/attaques.md#attack-33. Whatever the address answers, the set read last stays valid until it is replaced or too
old. Time is Unix seconds, by the clock that token expiry uses.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from joserfc.jwk import Key

from hub.errors import SettingInvalid
from hub.identity.issuer import Issuer, Source, own_keys
from hub.identity.key_set_fetch import KeySetUnreadable, fetch
from hub.identity.tokens import Tokens
from schema.lru import Lru, constant
from schema.shared_state import Buckets, SharedState

ABSENT = 100
"""Number of unknown `kid`s that are remembered: as many as a bucket may let through in `ABSENT_SECONDS`."""
ABSENT_SECONDS = 60
BURST = 3
"""Readings for unknown `kid`s that may follow at once; then one more each `Pace.least` seconds."""
WAITING = 1_000
"""Most requests that wait for one reading; more are refused at once."""

log = logging.getLogger(__name__)


class RemoteKeys:
    """Reads an issuer's set at its `source` into `tokens`; `outcomes` counts the readings by "READ" or error code.

    Hubs with a shared state read it in turn, and take what another has read since.
    """

    def __init__(
        self, issuer: Issuer, source: Source, tokens: Tokens, clock: Callable[[], int], state: SharedState
    ) -> None:
        self.issuer, self.outcomes = issuer, Counter[str]()
        self.read_at: int | None = None
        self._source, self._tokens, self._clock = source, tokens, clock
        self._keys: Mapping[str, Key] = {}
        self._state, self._searches = state, Buckets(state, "key sets", BURST, BURST * source.pace.least)
        self._absent: Lru[str, int] = Lru("absent keys", ABSENT * 1_000, constant(1_000))
        self._reading: asyncio.Task[bool] | None = None
        self._waiting = self._tried = self._due = 0

    async def read(self) -> bool:
        """Read the set, or join a reading under way; return whether it succeeded."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        return await asyncio.shield(self._reading)

    async def seek(self, kid: str, now: int) -> None:
        """Read the set for a key that it lacks, if the pace allows it; concurrent requests share one reading."""
        if now < (self._absent.get(kid) or 0) or self._waiting >= WAITING:
            return
        shared = self._reading is not None
        if not shared and await self._searches.excess([self._searches.use(self.issuer.name)], now) > 0:
            if self._reading is None:
                return
            shared = True
        self._waiting += 1
        try:
            read = await self.read()
        finally:
            self._waiting -= 1
        if read and not shared and kid not in self._keys and (self.read_at or 0) >= now:
            self._absent.put(kid, now + ABSENT_SECONDS)

    async def refresh(self) -> None:
        """Read the set if it is due, or if the clock was set back."""
        if not self._tried <= self._clock() < self._due:
            await self.read()

    async def keep(self) -> None:
        """Keep the set current until cancelled."""
        while True:
            await asyncio.sleep(min(max(self._due - self._clock(), 1), self._source.pace.refresh))
            await self.refresh()

    async def close(self) -> None:
        """Cancel a reading under way."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> bool:
        now, pace = self._clock(), self._source.pace
        self._tried, self._due = now, now + pace.least
        try:
            keys, fresh, at = await self._fetch_keys(now)
        except Exception as error:  # whatever came, what was read before stays and the readings go on
            self._failed(error, now)
            return False
        finally:
            self._reading = None
        self._due = at + max(min(pace.refresh if fresh is None else fresh, pace.refresh), pace.least)
        if keys != self._keys or not keys:
            log.warning("issuer %s: KEY_SET_CHANGED %d keys", self.issuer.name, len(keys))
        self._tokens.replace_keys(self.issuer.name, keys, at + pace.max_age)
        self._keys, self.read_at = keys, at
        self.outcomes["READ"] += 1
        return True

    async def _fetch_keys(self, now: int) -> tuple[dict[str, Key], int | None, int]:
        """The keys, for how many seconds they are fresh if the answer says so, and when they were read."""

        async def make() -> bytes:
            fetched = await fetch(self._source.url, self._source.tls)
            self._keys_of(fetched.jwks)  # so that what can't be read is shared with nobody
            return orjson.dumps((fetched.jwks, fetched.fresh))

        entry = await self._state.once(f"key set {self.issuer.name} {self._source.url}", self.read_at or 0, now, make)
        jwks, fresh = orjson.loads(entry.text)
        return self._keys_of(jwks), fresh, entry.at

    def _keys_of(self, jwks: Any) -> dict[str, Key]:
        """The keys of a set; raises KeySetUnreadable (KEY_SET_MALFORMED)."""
        try:
            return own_keys(jwks, self.issuer.algorithm)
        except SettingInvalid as error:
            raise KeySetUnreadable("KEY_SET_MALFORMED", error.detail) from None

    def _failed(self, error: Exception, now: int) -> None:
        code, detail = (
            (error.code, error.detail)
            if isinstance(error, KeySetUnreadable)
            else ("KEY_SET_UNFORESEEN", type(error).__name__)
        )
        self.outcomes[code] += 1
        age = "never read" if self.read_at is None else f"read {now - self.read_at} s ago"
        log.warning("issuer %s: %s %s; its set was %s", self.issuer.name, code, detail, age)
