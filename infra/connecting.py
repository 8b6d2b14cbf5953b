"""Connections to PostgreSQL on one host or several, of which one takes writes: no host that is silent is waited for.

An address names several hosts as libpq reads it: `postgresql://one:5432,two:5432/base?target_session_attrs=read-write`.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
SECONDS = 10.0
"""Longest to wait for a connection, where nobody says how long."""
SILENCE = (
    (socket.SO_KEEPALIVE, socket.SOL_SOCKET, 1),
    *(
        (getattr(socket, name), socket.IPPROTO_TCP, value)
        for name, value in (
            ("TCP_KEEPIDLE", 2),
            ("TCP_KEEPINTVL", 1),
            ("TCP_KEEPCNT", 3),
            ("TCP_USER_TIMEOUT", 5_000),
        )
        if hasattr(socket, name)
    ),
)
"""What ends a connection whose other side has been silent for 5 seconds, at work (in ms) or idle (in s): a host that
lost its network says nothing, and idle connections to it would each make a request wait."""
ELSEWHERE = (OSError, asyncpg.TargetServerAttributeNotMatched, asyncpg.CannotConnectNowError)
"""Errors after which another host is tried; a host that is silent is one (TimeoutError)."""

_latest: dict[str, str] = {}
"""Of several hosts, by their part of an address, the one that answered last."""


async def connect(dsn: str, *, timeout: float = SECONDS, **options: Any) -> Connection:  # noqa: ASYNC109 - as of asyncpg
    """Return a connection to the first host that has what the address asks for; each has its share of `timeout`.

    Raises what asyncpg raises, for several hosts that of the last one.
    """
    hosts, addresses = _hosts(dsn)
    share = timeout / len(addresses)
    for host, address in sorted(addresses.items(), key=lambda entry: entry[0] != _latest.get(hosts)):
        try:
            connection: Connection = await asyncpg.connect(address, timeout=share, **options)
        except ELSEWHERE as error:
            refusal: Exception = error
        else:
            _latest[hosts] = host
            _end_in_silence(connection)
            return connection
    raise refusal


def connections(dsn: str, most: int, **options: Any) -> Pool:
    """Return a pool, to be opened, of at most so many connections; none is opened before it is needed."""
    return asyncpg.create_pool(dsn, min_size=0, max_size=most, connect=cast(Any, connect), **options)


def _hosts(dsn: str) -> tuple[str, dict[str, str]]:
    """The hosts of an address as it writes them, and an address of each."""
    try:
        parts = urlsplit(dsn)
    except ValueError:  # asyncpg says why
        return "", {"": dsn}
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return hosts, {hosts: dsn}
    return hosts, {host: urlunsplit(parts._replace(netloc=f"{user}{at}{host}")) for host in hosts.split(",")}


def _end_in_silence(connection: Connection) -> None:
    """Have the system end this connection when the other side is silent; a socket of this machine needs none of it."""
    link: socket.socket = cast(Any, connection)._transport.get_extra_info("socket")
    if link.family in (socket.AF_INET, socket.AF_INET6):
        for name, level, value in SILENCE:
            with suppress(OSError):
                link.setsockopt(level, name, value)
