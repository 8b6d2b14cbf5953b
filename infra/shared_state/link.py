"""The one connection of a process to the server of the shared state: what is asked at a time leaves together.

What is asked while an answer is awaited leaves with the next batch, so that a request waits for one round trip however
many ask. A connection that fails, or doesn't answer in time, is given up, and all that waited for it with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any, TypeAlias

from redis.asyncio.connection import AbstractConnection, Connection, SSLConnection, UnixDomainSocketConnection

from infra.shared_state.answers import Answer, Reading
from infra.shared_state.failure import EVICTS, MALFORMED, UNREACHABLE, Failure, failure_of
from infra.shared_state.place import Place
from schema.shared_state import SharedStateGone

Argument: TypeAlias = str | bytes | int | float
Command: TypeAlias = tuple[Argument, ...]
FOLDER = Path(__file__).parent
SCRIPTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.lua"))}
DIGESTS = {name: sha1(text.encode(), usedforsecurity=False).hexdigest() for name, text in SCRIPTS.items()}
"""What the server calls a script."""
KEEPING = "noeviction"
"""The policy of a server that never forgets what has not expired."""


class Link:
    """A connection to this place, whose answers are awaited for `timeout` seconds."""

    def __init__(self, place: Place, timeout: float) -> None:
        self._place, self._options, self._timeout = place, place.options(), timeout
        self._connection: AbstractConnection | None = None
        self._waiting: list[tuple[Command, asyncio.Future[Any]]] = []
        self._sending: asyncio.Task[None] | None = None
        self.batches = self.commands = 0
        self.failure, self.server = UNREACHABLE, ""
        """Why there is no connection, or was none, and what the server that runs calls itself, until it is started
        anew."""

    @property
    def is_open(self) -> bool:
        """Whether there is a connection."""
        return self._connection is not None

    async def open(self) -> None:
        """Connect, and give the server its scripts; raises SharedStateGone."""
        connection = self._new_connection()
        try:
            async with asyncio.timeout(self._timeout * 2):
                await connection.connect()  # type: ignore[no-untyped-call]
                loading = [("SCRIPT", "LOAD", text) for text in SCRIPTS.values()]
                *_, info = await _exchange(connection, [*loading, ("INFO",)])
                facts = _facts(info)
                failure = None if facts.get("maxmemory_policy") == KEEPING else EVICTS
        except Exception as error:  # whatever foreign bytes make of the parser
            failure = failure_of(error)
        if failure is not None:
            await connection.disconnect(nowait=True)
            self.failure = failure
            raise SharedStateGone(failure.code)
        self._connection, self.server = connection, facts.get("run_id", "")

    async def close(self) -> None:
        """End the connection; what waits is given up."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        await self.give_up(UNREACHABLE)

    async def run(
        self, script: str, read: Reading[Answer], keys: Sequence[str], arguments: Sequence[Argument]
    ) -> Answer:
        """The answer of a script, as it is read; raises SharedStateGone."""
        return await self.ask(read, "EVALSHA", DIGESTS[script], len(keys), *keys, *arguments)

    async def ask(self, read: Reading[Answer], *command: Argument) -> Answer:
        """The answer to a command, as it is read; raises SharedStateGone, also for one that doesn't read: then nothing
        that this connection says is believed."""
        answer = await self._answer(command)
        try:
            return read(answer)
        except (TypeError, ValueError, OverflowError):
            await self.give_up(MALFORMED)
            raise SharedStateGone(MALFORMED.code) from None

    async def _answer(self, command: Command) -> Any:
        if self._connection is None:
            raise SharedStateGone(self.failure.code)
        answer = asyncio.get_running_loop().create_future()
        self._waiting.append((command, answer))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())
        return await answer

    async def _send(self) -> None:
        while self._waiting and self._connection is not None:
            batch, self._waiting = self._waiting, []
            self.batches, self.commands = self.batches + 1, self.commands + len(batch)
            try:
                async with asyncio.timeout(self._timeout):
                    replies = await _exchange(self._connection, [command for command, _ in batch])
            except asyncio.CancelledError:
                await self.give_up(UNREACHABLE, batch)
                raise
            except Exception as error:  # whatever foreign bytes make of the parser
                await self.give_up(failure_of(error), batch)
                return
            for (_, answer), reply in zip(batch, replies, strict=True):
                if not answer.done():
                    answer.set_result(reply)

    async def give_up(self, failure: Failure, batch: Sequence[tuple[Command, asyncio.Future[Any]]] = ()) -> None:
        """Close the connection; what was sent and what waits has no answer."""
        connection, self._connection, self.failure = self._connection, None, failure
        waiting, self._waiting = [*batch, *self._waiting], []
        for _, answer in waiting:
            if not answer.done():
                answer.set_exception(SharedStateGone(failure.code))
        if connection is not None:
            await connection.disconnect(nowait=True)

    def _new_connection(self) -> AbstractConnection:
        kinds: dict[bool, type[AbstractConnection]] = {True: UnixDomainSocketConnection, False: Connection}
        kind = SSLConnection if self._place.is_encrypted else kinds[self._place.is_socket]
        connection = kind(**self._options, socket_timeout=None, socket_connect_timeout=self._timeout)
        if isinstance(connection, SSLConnection) and self._place.tls is not None:
            connection.ssl_context.context = self._place.tls
        return connection


async def _exchange(connection: AbstractConnection, commands: Sequence[Command]) -> list[Any]:
    """The answers to these commands, in one round trip; raises RedisError for the first that is an error."""
    await connection.send_packed_command(connection.pack_commands(commands), check_health=False)
    return [await connection.read_response() for _ in commands]


def _facts(info: bytes) -> dict[str, str]:
    """What a server says of itself, by name."""
    lines = info.decode("utf-8", "replace").splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)
