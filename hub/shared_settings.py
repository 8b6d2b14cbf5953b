"""Settings of the shared state (`infra.shared_state`): how the server of `REDIS_URL` is reached."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from hub.federation.client.tls import client_tls
from hub.settings_tables import TIME, TlsTable
from hub.strict_toml import TomlTable
from hub.wording.engine import call_engine


@dataclass(frozen=True, slots=True)
class SharedSettings:
    """`prefix` keeps installations on one server apart; `password` is the server's, `tls` whom to believe over TLS;
    `timeout_seconds` is the longest wait for an answer, `alone_seconds` the longest time that a process serves without
    it."""

    prefix: str = "spie"
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    timeout_seconds: float = 0.5
    alone_seconds: float = 900.0


class SharedTable(TlsTable, frozen=True, kw_only=True):
    """The table `[shared]`."""

    prefix: Annotated[str, msgspec.Meta(pattern="^[a-z0-9-]{1,40}$")] = "spie"
    password: str | None = None
    timeout_seconds: Annotated[float, TIME] = 0.5
    alone_seconds: Annotated[float, TIME] = 900.0


def shared_settings(entry: TomlTable, folder: Path) -> SharedSettings:
    """How the server is reached; the password is alone in its file."""
    table = entry.read(SharedTable)
    password = None
    if table.password is not None:
        password = (folder / table.password).read_text(encoding="utf-8").strip()
        if not password:
            raise entry.refusal("le fichier « password » est vide", "password")
    files = {
        name: folder / file
        for name, file in (("authorities", table.authorities), ("certificate", table.certificate), ("key", table.key))
        if file is not None
    }
    tls = call_engine(client_tls, **files) if files else None
    return SharedSettings(table.prefix, password, tls, table.timeout_seconds, table.alone_seconds)
