"""An HTTP server of key sets under a test's control, and tokens signed with their keys."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from joserfc import jwk, jwt

from hub.errors import HubError
from hub.federation.client.tls import client_tls
from hub.identity.actor import CLAIM, Actor
from hub.identity.authenticator import Authenticator
from hub.identity.issuer import Issuer, Pace, Source
from hub.policy.decide.policy_loader import load

NAME, AUDIENCE, ALGORITHM = "https://idp.example", "https://hub.example", "Ed25519"
NOW = 1_800_000_000
PACE = Pace()
REFUSED, CLOSED = "TOKEN_REFUSED", "ISSUER_KEYS_UNAVAILABLE"
KINDS = load().actors
ACTOR = {
    "kind": "referent_cd",
    "organisation": "22080001000018",
    "organisation_type": "conseil_departemental",
    "departments": ["08"],
    "agent": "0b1d7c1e-0000-4000-8000-000000000001",
    "purposes": ["suivi"],
    "habilitated_until": NOW + 999_999,
}


class Clock:
    """Unix seconds, as a test sets them."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


def key(kid: str) -> jwk.OKPKey:
    """A key of our algorithm."""
    return jwk.OKPKey.generate_key("Ed25519", {"kid": kid})


def public(*keys: jwk.Key, **more: Any) -> dict[str, Any]:
    """The JWK set of public keys, each with `more` members."""
    return {"keys": [{**key_.as_dict(private=False), **more} for key_ in keys]}


def token(signer: jwk.Key, kid: str | None = None, life: int = 40_000) -> str:
    """A token of our issuer, whole but for a `kid` that the test chooses."""
    claims = {"iss": NAME, "sub": "a", "aud": AUDIENCE, "iat": NOW, "exp": NOW + life, CLAIM: ACTOR}
    return jwt.encode({"alg": ALGORITHM, "kid": kid or signer.kid}, claims, signer, algorithms=[ALGORITHM])


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An HTTP answer."""
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers))
    return head.encode() + b"\r\n" + body


def good(*keys: jwk.Key, headers: Iterable[str] = ()) -> bytes:
    """The HTTP answer with the set of these keys."""
    return answer(orjson.dumps(public(*keys)), "200 OK", *headers)


@dataclass
class Place:
    """Where a set is read. `reply` is what every call gets, None to hang up, once it is `free`; then the connection
    `closes`, or stays open as long as whoever asked keeps it."""

    reply: bytes | None
    closes: bool = True
    port: int = 0
    heads: list[bytes] = field(default_factory=list)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    requested: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def calls(self) -> int:
        """Number of calls so far."""
        return len(self.heads)

    async def called(self, times: int) -> None:
        """Wait until there were this many calls."""
        async with asyncio.timeout(30), self.requested:
            await self.requested.wait_for(lambda: self.calls >= times)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            async with self.requested:
                self.heads.append(head)
                self.requested.notify_all()
            await self.free.wait()
            if self.reply is not None:
                writer.write(self.reply)
                await writer.drain()
                if not self.closes:
                    await reader.read()
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def place(reply: bytes | None, tls: ssl.SSLContext | None = None) -> AsyncIterator[Place]:
    """A server on the loopback, over TLS if it is given how."""
    server = Place(reply)
    server.free.set()
    listener = await asyncio.start_server(server.serve, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.free.set()
        listener.close()
        await listener.wait_closed()


def callers(url: str, clock: Callable[[], int], pace: Pace = PACE, tls: ssl.SSLContext | None = None) -> Authenticator:
    """An authenticator that knows our issuer by the address of its keys."""
    issuer = Issuer(NAME, ALGORITHM, {}, None, Source(url, tls or client_tls(), pace))
    return Authenticator({NAME: issuer}, AUDIENCE, KINDS, clock)


@asynccontextmanager
async def asking(reply: bytes | None, pace: Pace = PACE) -> AsyncIterator[tuple[Authenticator, Place, Clock]]:
    """A running authenticator, the server of its key set, and its clock."""
    clock = Clock()
    async with place(reply) as server:
        authenticator = callers(f"http://127.0.0.1:{server.port}/jwks", clock, pace)
        async with authenticator.running():
            yield authenticator, server, clock


async def outcome(requested: Awaitable[Actor]) -> str:
    """The kind of the actor of a token, or the code of its refusal."""
    try:
        return (await requested).kind
    except HubError as error:
        return error.code


def at_once(authenticator: Authenticator, token_text: str, now: int = NOW) -> str:
    """The kind of the actor of a token, without giving the event loop a turn."""
    coroutine = authenticator.actor(token_text, now)
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    actor: Actor = stopped.value.value
    return actor.kind
