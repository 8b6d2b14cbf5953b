"""Where the shared state is: the address of `REDIS_URL`, and the files that open it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from infra.errors import SetupRefused

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the state is waited for, in seconds: `timeout` for an answer, after which it is taken to be gone, and
    `alone` without it before nothing of a person is served."""

    timeout_seconds: float = 0.5
    alone_seconds: float = 900.0


@dataclass(frozen=True, slots=True)
class Place:
    """A server: `url` as the variable gives it; `password` of a file, `tls` its authorities and certificate."""

    url: str = field(repr=False)
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    def options(self) -> dict[str, Any]:
        """The options of a connection of redis-py; raises SetupRefused (SHARED_STATE_ADDRESS)."""
        try:
            parts = urlsplit(self.url)
            port, number = parts.port, 0 if parts.scheme == "unix" else int(parts.path.strip("/") or 0)
        except ValueError:
            raise _address("son port et sa base sont des nombres") from None
        if parts.scheme not in ("redis", "rediss", "unix"):
            raise _address("elle commence par redis://, rediss:// ou unix://")
        own = unquote(parts.password) if parts.password else None
        if own and self.password:
            raise _address("le mot de passe y est, et dans le fichier « password » des réglages : gardez l'un des deux")
        common: dict[str, Any] = {
            "username": unquote(parts.username or "") or None,
            "password": own or self.password,
        }
        if parts.scheme == "unix":
            if parts.netloc or not parts.path:
                raise _address("elle nomme une socket par son chemin entier : unix:///chemin")
            return {**common, "path": unquote(parts.path)}
        if parts.hostname is None:
            raise _address("elle nomme un hôte")
        if parts.scheme == "redis" and self.tls is not None:
            raise _address("« authorities », « certificate » et « key » demandent rediss://")
        if parts.scheme == "redis" and parts.hostname not in LOOPBACK:
            raise _address("hors de cette machine, elle commence par rediss:// (TLS)")
        return {**common, "host": parts.hostname, "port": port or 6379, "db": number}

    @property
    def is_socket(self) -> bool:
        """Whether it is a socket of this machine."""
        return self.url.startswith("unix:")

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken."""
        return self.url.startswith("rediss:")


def _address(why: str) -> SetupRefused:
    return SetupRefused(
        "SHARED_STATE_ADDRESS",
        f"L'adresse de REDIS_URL ne se lit pas : {why}.",
        "the address of REDIS_URL is not one",
    )
