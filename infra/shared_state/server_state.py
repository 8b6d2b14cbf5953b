"""The shared state on a Valkey or Redis server: `schema.shared_state.SharedState` for the processes of all machines.

Names are hashed under a key, texts are encrypted under another: the server learns of no person, actor or token, and
can't change a text unseen. While it is gone, nobody waits for it: limits go on in this process alone, who is revoked is
known as it was told last, nonces and guarded requests are refused. It is looked for all the time, and serves at once
when it is back. A server that has lost its memory, or that another one replaces, which may lack the last of it, is told
again who is revoked, and takes no context issued before.

While the key is being changed, who is revoked and which nonces were seen are asked and told under both keys, so that
processes of either know the same; all else begins anew under the new one.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from math import inf, isfinite

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from infra.shared_state import answers
from infra.shared_state.link import Link
from infra.shared_state.place import Patience, Place
from schema.local_state import LocalState
from schema.overlapping_keys import accepted
from schema.shared_state import LONGEST_WINDOWS, NONCE_SECONDS, DatedText, Figures, SharedStateGone, Use

LOOK_SECONDS = 1.0
"""Seconds after which it is asked again who is revoked."""
RETURN_SECONDS = 0.25
"""Seconds after which a server that is gone is looked for again."""
TEXT_SECONDS = 3600
"""How long a text is kept."""
TEXT_BYTES = 64 * 1024 * 1024
"""Room for the texts of that time."""
MAKING_SECONDS = 6.0
"""Longest that one process is waited for while it makes a text; then each makes its own."""
MADE_SECONDS = 86_400
LONGEST_REVOKED = 10_000
NONCE_BYTES = 12

log = logging.getLogger(__name__)


class ServerState:
    """The state at this place, under the key `shared`; `prefix` keeps installations on one server apart. Whoever serves
    `begins` it where there is none.

    `losses` counts how often the server went, by what happened.
    """

    def __init__(
        self,
        place: Place,
        key: bytes,
        patience: Patience | None = None,
        prefix: str = "spie",
        *,
        begins: bool = True,
    ) -> None:
        self.patience, self._prefix, self._begins = patience or Patience(), prefix, begins
        self._secret, self._cipher = key, AESGCM(hmac.digest(key, b"texts", "sha256"))
        self._name_keys = {secret: hmac.digest(secret, b"names", "sha256") for secret in accepted(key)}
        self._local, self.link = LocalState(), Link(place, self.patience.timeout_seconds)
        self._revoked: dict[str, int] = {}
        self._revoked_under: dict[bytes, dict[str, int]] = {}
        self._identities: dict[bytes, bytes | None] = {}
        self._told_at = -inf
        self._told = set[str]()
        self.losses = Counter[str]()

    @property
    def is_open(self) -> bool:
        """See SharedState."""
        return self.link.is_open

    @property
    def is_current(self) -> bool:
        """See SharedState: for `alone_seconds` after it was told last."""
        return time.monotonic() - self._told_at <= self.patience.alone_seconds

    @property
    def figures(self) -> Figures:
        """See SharedState."""
        return Figures(self.link.batches, self.link.commands, self.losses)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect, and keep looking at the server."""
        await self._try()
        looking = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
            await self.link.close()

    def revoked(self, names: Iterable[str]) -> bool:
        """See SharedState; who is revoked is known within `LOOK_SECONDS`."""
        return bool(self._revoked) and any(
            self._hash(name, key) in self._revoked for key in accepted(self._secret) for name in names
        )

    async def take(self, uses: Sequence[Use], now: int, looks: Sequence[Use] = ()) -> list[float]:
        """See SharedState."""
        limits = (*uses, *looks)
        if not self.link.is_open or not all(isfinite(use.weight) for use in limits):
            return await self._local.take(uses, now, looks)
        try:
            return await self._levels(limits, now, len(uses))
        except SharedStateGone:
            return await self._local.take(uses, now, looks)

    async def add(self, uses: Sequence[Use], now: int) -> list[float]:
        """See SharedState."""
        if not self.link.is_open:
            return await self._local.add(uses, now)
        try:
            return await self._levels(uses, now, "all")
        except SharedStateGone:
            return await self._local.add(uses, now)

    async def _levels(self, uses: Sequence[Use], now: int, passing: int | str) -> list[float]:
        numbers = [number for use in uses for number in (use.weight, use.capacity, use.seconds)]
        keys = [self._key("bucket", f"{use.kind} {use.name}") for use in uses]
        arguments = [now, passing, LONGEST_WINDOWS, *numbers]
        return await self.link.run("take", answers.levels(len(uses)), keys, arguments)

    async def first(self, nonce: str, issued: int, now: int) -> bool:
        """See SharedState."""
        first_uses = [
            await self.link.run(
                "first", answers.flag, [self._state_key(key), self._key("nonce", nonce, key)], [issued, NONCE_SECONDS]
            )
            for key in accepted(self._secret)
        ]
        return all(first_uses)

    async def text(self, name: str) -> str | None:
        """See SharedState; None while the server is gone."""
        try:
            sealed = await self.link.ask(answers.text, "GET", self._key("text", name))
        except SharedStateGone:
            return None
        text = None if sealed is None else self._opened(name, sealed)
        return None if text is None else text.decode("utf-8", "surrogatepass")

    async def keep(self, name: str, text: str) -> None:
        """See SharedState; nothing while the server is gone."""
        room = self._plain(f"room:{int(time.time()) // TEXT_SECONDS}")
        sealed = self._sealed(name, text.encode("utf-8", "surrogatepass"))
        try:
            await self.link.run(
                "keep", answers.flag, [self._key("text", name), room], [sealed, TEXT_BYTES, TEXT_SECONDS]
            )
        except SharedStateGone:
            return

    async def once(self, name: str, after: int, now: int, make: Callable[[], Awaitable[bytes]]) -> DatedText:
        """See SharedState; while the server is gone, each process makes its own."""
        made_key, turn_key = self._key("made", name), self._key("turn", name)
        until = time.monotonic() + MAKING_SECONDS
        try:
            while time.monotonic() < until:
                dated = self._dated_text(name, await self.link.ask(answers.text, "GET", made_key))
                if dated is not None and dated.at > after:
                    return dated
                turn = secrets.token_hex(8)
                if await self.link.ask(answers.is_set, "SET", turn_key, turn, "NX", "PX", int(MAKING_SECONDS * 1000)):
                    return await self._make(name, now, make, turn_key)
                await asyncio.sleep(0.02)
        except SharedStateGone:
            pass
        return DatedText(await make(), now)

    async def _make(self, name: str, now: int, make: Callable[[], Awaitable[bytes]], turn_key: str) -> DatedText:
        try:
            text = await make()
            sealed = self._sealed(name, b"%d " % now + text)
            try:
                await self.link.ask(answers.is_set, "SET", self._key("made", name), sealed, "EX", MADE_SECONDS)
            except SharedStateGone:
                log.info("what was made is not shared: the shared state is gone")
            return DatedText(text, now)
        finally:
            try:
                await self.link.ask(answers.number, "DEL", turn_key)
            except SharedStateGone:
                log.info("the turn ends by itself: the shared state is gone")

    def _dated_text(self, name: str, sealed: bytes | None) -> DatedText | None:
        opened = None if sealed is None else self._opened(name, sealed)
        if opened is None:
            return None
        at, _, text = opened.partition(b" ")
        return DatedText(text, int(at))

    async def revoke(self, name: str, until: int) -> bool:
        """Revoke a name until that time; return False, and do nothing, if too many are. Raises SharedStateGone."""
        revoked = await self.link.ask(answers.number, "ZCARD", self._revoked_key(accepted(self._secret)[-1]))
        if revoked >= LONGEST_REVOKED:
            return False
        for key in accepted(self._secret):
            await self.link.ask(answers.number, "ZADD", self._revoked_key(key), until, self._hash(name, key))
        return True

    async def restore(self, name: str) -> bool:
        """End a revocation, and return whether there was one; raises SharedStateGone."""
        keys = accepted(self._secret)
        return any(
            [await self.link.ask(answers.flag, "ZREM", self._revoked_key(key), self._hash(name, key)) for key in keys]
        )

    @property
    def has_begun(self) -> bool:
        """Whether somebody serves by this state, of this prefix and key."""
        return any(identity is not None for identity in self._identities.values())

    @property
    def revocations(self) -> dict[str, int]:
        """Who is revoked, by hash under the oldest key, and until when, as it was told last."""
        return dict(self._revoked_under.get(accepted(self._secret)[-1], {}))

    async def _look(self) -> None:
        """Connect if need be, and learn who is revoked; raises SharedStateGone."""
        returned = not self.link.is_open
        if returned:
            await self.link.open()
        now = int(time.time())
        for key in accepted(self._secret):
            await self._learn(key, now)
        revocations = [self._revoked_under[key] for key in accepted(self._secret)]
        self._revoked = {name: until for revoked in revocations for name, until in revoked.items()}
        self._told_at = time.monotonic()
        if returned:
            log.info("the shared state is reached")
        self._told.clear()

    async def _learn(self, key: bytes, now: int) -> None:
        """Learn who is revoked under this key; raises SharedStateGone."""
        begun = secrets.token_hex(8) if self._begins else ""
        places = [self._state_key(key), self._revoked_key(key)]
        identity, revoked = await self.link.run("begin", answers.state, places, [begun, now, self.link.server])
        revoked_before = self._revoked_under.get(key, {})
        if self._identities.get(key) not in (None, identity):
            log.warning("the shared state may have lost its memory: it is told again who is revoked")
            forgotten = {name: until for name, until in revoked_before.items() if until > now and name not in revoked}
            for name, until in forgotten.items():
                await self.link.ask(answers.number, "ZADD", self._revoked_key(key), until, name)
            revoked |= forgotten
        self._identities[key], self._revoked_under[key] = identity, revoked

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS if self.link.is_open else RETURN_SECONDS)
            await self._try()

    async def _try(self) -> None:
        """Look; each reason for which the server is not reached is told once, until it is reached."""
        try:
            await self._look()
        except SharedStateGone:
            failure = self.link.failure
            if not self._told:
                self.losses[failure.code] += 1
            if failure.code not in self._told:
                self._told.add(failure.code)
                log.warning("the shared state is gone, %s: %s (%s)", self._without(), failure.detail, failure.code)

    def _without(self) -> str:
        """What is served without the server."""
        if self.is_current:
            return "guarded requests are refused and limits are per process"
        return "nothing of a person is served"

    def _hash(self, name: str, key: bytes | None = None) -> str:
        """A name, under the key that signs unless another is given."""
        name_key = self._name_keys[self._secret if key is None else key]
        return hmac.digest(name_key, name.encode("utf-8", "surrogatepass"), "sha256")[:16].hex()

    def _key(self, kind: str, name: str, key: bytes | None = None) -> str:
        return self._plain(f"{kind}:{self._hash(f'{kind} {name}', key)}")

    def _state_key(self, key: bytes) -> str:
        return self._key("state", "", key)

    def _revoked_key(self, key: bytes) -> str:
        return self._key("revoked", "", key)

    def _plain(self, name: str) -> str:
        """A key of this installation; all are in one slot of a cluster."""
        return f"{{{self._prefix}}}:{name}"

    def _sealed(self, name: str, text: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, text, self._hash(name).encode())

    def _opened(self, name: str, sealed: bytes) -> bytes | None:
        """The text; None for one that the key has not sealed under this name."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._hash(name).encode())
        except (InvalidTag, ValueError):
            log.warning("the shared state holds a text that is not sealed under this key")
            return None
