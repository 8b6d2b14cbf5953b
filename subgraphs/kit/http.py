"""A subgraph over HTTP: bare ASGI, POST /graphql under a signed context, GET /healthz and /readyz, nothing else.

docs/policy.md#rule-4: a call whose context is missing, altered, expired, replayed, for another subgraph or for another
policy is answered 401, and all of them alike.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, MutableMapping, Sequence
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

import orjson

from schema import strict_json
from schema.context import HEADER, LIFETIME, ContextRefused, unseal
from schema.local_state import LocalState
from schema.overlapping_keys import accepted
from schema.shared_state import RETRY_SECONDS, SharedState, SharedStateGone
from subgraphs.kit.errors import RequestFailed
from subgraphs.kit.readiness import Readiness, check_open
from subgraphs.kit.server import Subgraph

MAX_BODY = 4 * 1024 * 1024
BODY_SECONDS = 30.0
"""Longest that a body may take to come: until then nobody knows who asks."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class Refused(Exception):
    """The request is answered with this status and code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


class Application:
    """The ASGI application of a subgraph. `keys` sign the contexts for it; `clock` gives Unix seconds; a body that
    takes more than `body_seconds` is given up; `state` remembers the nonces."""

    def __init__(
        self,
        subgraph: Subgraph,
        keys: Sequence[bytes],
        clock: Callable[[], float] = time.time,
        *,
        body_seconds: float = BODY_SECONDS,
        state: SharedState | None = None,
    ) -> None:
        self.subgraph, self.keys, self.clock, self.body_seconds = subgraph, keys, clock, body_seconds
        self._state = state or LocalState()
        self._readiness = Readiness(
            {
                **{role: partial(database.probe, subgraph.name) for role, database in subgraph.databases.items()},
                "shared_state": partial(check_open, self._state),
            }
        )

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one ASGI scope: a request, or the lifespan."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            status, body = await self._respond(scope, receive)
            await _send(send, status, body)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        async with AsyncExitStack() as stack:
            while (await receive())["type"] == "lifespan.startup":
                await stack.enter_async_context(self._state.running())
                for database in self.subgraph.databases.values():
                    await database.open()
                    stack.push_async_callback(database.close)
                await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})

    async def _respond(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        try:
            if scope["path"] == "/healthz" and scope["method"] == "GET":
                return 200, {"status": "ok", "subgraph": self.subgraph.name}
            if scope["path"] == "/readyz" and scope["method"] == "GET":
                return await self._readiness.answer()
            if scope["path"] != "/graphql":
                raise Refused(404, "NOT_FOUND", "Adresse inconnue.")
            if scope["method"] != "POST":
                raise Refused(405, "METHOD_NOT_ALLOWED", "Seule la méthode POST est admise.")
            return await self._graphql(scope, receive)
        except Refused as error:
            return error.status, _errors({"message": error.message, "extensions": {"code": error.code}})
        except RequestFailed as error:
            status = 401 if error.code == "CONTEXT_REFUSED" else error.status
            return status, _errors(error.formatted())

    async def _graphql(self, scope: Message, receive: Receive) -> tuple[int, Any]:
        headers = [value for name, value in scope["headers"] if name == HEADER.encode()]
        kinds = [value for name, value in scope["headers"] if name == b"content-type"]
        try:
            async with asyncio.timeout(self.body_seconds):
                body = await _body(receive)
        except TimeoutError:
            raise Refused(408, "TOO_SLOW", "La requête n'est pas arrivée à temps.") from None
        now = int(self.clock())
        keys = [accepted_key for key in self.keys for accepted_key in accepted(key)]
        try:
            if len(headers) != 1:
                raise ContextRefused("header")
            context, nonce, expires = unseal(
                headers[0].decode("ascii"), audience=self.subgraph.name, body=body, keys=keys, now=now
            )
            issued = expires - LIFETIME
            if context.policy != self.subgraph.policy or not await self._state.first(nonce, issued, now):
                raise ContextRefused("policy or replay")
        except SharedStateGone:
            raise Refused(503, SharedStateGone.code, "Nul ne sait en ce moment quels appels sont déjà venus.") from None
        except (ContextRefused, UnicodeDecodeError):
            raise Refused(401, "CONTEXT_REFUSED", "Le contexte de l'appel n'est pas valable.") from None
        if len(kinds) != 1 or kinds[0].partition(b";")[0].strip().lower() != b"application/json":
            raise Refused(415, "NOT_JSON", "Le corps doit être en application/json.")
        query, variables = _request(body)
        return 200, await _until_disconnect(self.subgraph.execute(query, variables, context), receive)


async def _until_disconnect(answer: Coroutine[Any, Any, Any], receive: Receive) -> Any:
    """The answer; it is cancelled, and its statement with it, when the hub gives up and closes the connection."""
    work, gone = asyncio.ensure_future(answer), asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            raise Refused(400, "MALFORMED_REQUEST", "L'appel a été abandonné.")
        return await work
    finally:
        work.cancel()
        gone.cancel()
        await asyncio.gather(work, gone, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _request(body: bytes) -> tuple[str, dict[str, Any]]:
    try:
        request = strict_json.read(body, strict_json.WRITABLE_DEPTH)
    except (ValueError, RecursionError):
        raise _malformed() from None
    if not isinstance(request, dict) or request.keys() - {"query", "variables", "operationName"}:
        raise _malformed()
    query, variables = request.get("query"), request.get("variables")
    if not isinstance(query, str) or not isinstance(variables, dict | None):
        raise _malformed()
    return query, variables or {}


def _malformed() -> Refused:
    return Refused(400, "MALFORMED_REQUEST", "Le corps n'est pas une requête GraphQL en JSON strict.")


def _errors(error: dict[str, Any]) -> dict[str, Any]:
    return {"errors": [error]}


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "MALFORMED_REQUEST", "La requête est incomplète.")
        part = message.get("body", b"")
        size += len(part)
        if size > MAX_BODY:
            raise Refused(413, "TOO_LARGE", "La requête est trop longue.")
        parts.append(part)
        if not message.get("more_body"):
            return b"".join(parts)


async def _send(send: Send, status: int, body: Any) -> None:
    data = orjson.dumps(body)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(data))]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_SECONDS))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})
