"""Bodies of requests: received within bounds, and read as JSON without holding the event loop for long.

Both come before anyone is known (docs/attaques.md#attack-34): a body of ten thousand numbers is 40 KB, and reading it
takes as long as ten honest requests.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, TypeAlias

from hub.document.coercion import MOST_VALUES
from hub.errors import NotServed, RequestRefused
from schema import strict_json

Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]

MAX_BODY = 512 * 1024
"""Bytes of a request's body: ten thousand identifiers of forty characters are 430 KB."""
BODY_SECONDS = 30.0
"""Longest time for a request body to arrive."""
MAX_DEPTH = 100
"""Levels of objects and lists."""
SMALL_BODY = 8 * 1024
"""Bytes of a body that anyone may send, and that is read at once: no more than a millisecond, whatever it is."""
TURNS = 4
"""Turns of the event loop between two pieces of large bodies: an answer takes some five of them."""


class Turns:
    """Lets in one piece of work at a time, in the order in which they came, each after some turns of the event loop, so
    that other requests are served in between."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._lock.acquire()
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
        except BaseException:
            self._lock.release()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()

    async def wait(self) -> None:
        """Return once those who came before have been let in."""
        async with self:
            pass


class BodyReader:
    """Reads bodies as strict JSON: small ones at once, large ones when it is their turn."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns

    async def read(self, body: bytes) -> Any:
        """The value of the body; raises RequestRefused (BODY_TOO_MANY_VALUES, BAD_JSON)."""
        try:
            if len(body) <= SMALL_BODY:
                return strict_json.read(body, MAX_DEPTH, MOST_VALUES)
            async with self._turns:
                return await _read_large(body)
        except strict_json.TooManyValues:
            raise RequestRefused(
                "BODY_TOO_MANY_VALUES",
                f"Le corps de la requête tient plus de {MOST_VALUES} valeurs : envoyez-en moins, en plusieurs "
                "requêtes.",
                f"more than {MOST_VALUES} values",
                http_status=413,
            ) from None
        except (ValueError, RecursionError) as error:
            raise RequestRefused(
                "BAD_JSON",
                "Le corps de la requête n'est pas un objet JSON correct (UTF-8, sans clé en double, nombres sans NaN "
                f"ni Infinity, au plus {MAX_DEPTH} niveaux).",
                f"the body is not strict JSON: {type(error).__name__}",
            ) from error


async def _read_large(body: bytes) -> Any:
    """The value of the body, its numbers in a thread if each has to be read by Python code."""
    value = strict_json.read_at_once(body, MAX_DEPTH, MOST_VALUES)
    if value is strict_json.BY_PAIRS:
        return await asyncio.to_thread(strict_json.read_by_pairs, body, MAX_DEPTH)
    return value


async def receive_body(
    receive: Receive,
    *,
    most: int = MAX_BODY,
    seconds: float = BODY_SECONDS,
    admit: Callable[[], Awaitable[object]] | None = None,
    turns: Turns | None = None,
) -> bytes:
    """The body of one request, of at most `most` bytes, within `seconds`; once it proves to be large, `admit` may
    refuse its sender, and each further piece waits for its turn, which nobody holds who sends slowly.
    Raises RequestRefused (BODY_TOO_LARGE, BODY_TOO_SLOW), NotServed (CLIENT_GONE)."""
    try:
        async with asyncio.timeout(seconds):
            return await _pieces(receive, most, admit, turns)
    except TimeoutError:
        raise _too_slow(seconds) from None


async def _pieces(
    receive: Receive, most: int, admit: Callable[[], Awaitable[object]] | None, turns: Turns | None
) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise NotServed("CLIENT_GONE", "La connexion a été fermée avant la réponse.", "client disconnected")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most:
            raise too_large(most)
        if admit is not None and size > SMALL_BODY:
            await admit()
            admit = None
        if not message.get("more_body", False):
            return b"".join(chunks)
        if turns is not None and size > SMALL_BODY:
            await turns.wait()


def too_large(most: int) -> RequestRefused:
    """The refusal of a body of more than `most` bytes."""
    return RequestRefused(
        "BODY_TOO_LARGE",
        f"Le corps de la requête dépasse {most // 1024} Kio : découpez la requête.",
        "the body passes the bound",
        http_status=413,
    )


def _too_slow(seconds: float) -> RequestRefused:
    """The refusal of a body that did not arrive in time."""
    return RequestRefused(
        "BODY_TOO_SLOW",
        f"Le corps de la requête n'est pas arrivé en {seconds:g} secondes : renvoyez la requête.",
        "the body did not come in time",
        http_status=408,
    )
