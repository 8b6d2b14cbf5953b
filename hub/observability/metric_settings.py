"""Settings of metrics: where each process tells them, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec

from hub.federation.client.http1 import LOOPBACK
from hub.settings_addresses import read_text
from hub.strict_toml import TomlForm, TomlTable

ROLES = ("hub", "people", "appointments", "offers", "trainings", "webhooks", "notifications", "sync", "send")
"""The processes that tell metrics."""
TOKEN_LENGTH = 32
"""Least length of the token that opens them."""


@dataclass(frozen=True, slots=True)
class MetricSettings:
    """`ports`: by role, where a process listens at `host`, or not at all; `token`: what whoever reads must show."""

    host: str = "127.0.0.1"
    token: str | None = field(default=None, repr=False)
    ports: Mapping[str, int] = field(default_factory=dict)


class MetricsTable(TomlForm, frozen=True):
    """The table `[metrics]`: who may read those of each process, by its role."""

    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    token: str | None = None
    ports: dict[str, Annotated[int, msgspec.Meta(ge=0, le=65_535)]] = msgspec.field(default_factory=dict)


def metric_settings(entry: TomlTable, folder: Path) -> MetricSettings:
    """Who may read the metrics: this machine, or whoever shows the token, alone in its file."""
    table = entry.read(MetricsTable)
    for role in table.ports:
        if role not in ROLES:
            raise entry.refusal(f"« ports » nomme « {role} » ; les processus sont {', '.join(ROLES)}", "ports")
    if table.token is None:
        if table.host not in LOOPBACK:
            raise entry.refusal("« host » hors de cette machine demande « token », le fichier d'un jeton", "host")
        return MetricSettings(table.host, None, table.ports)
    token = read_text(entry, "token", folder, table.token).strip()
    if len(token) < TOKEN_LENGTH or not (token.isascii() and token.isalnum()):
        raise entry.refusal(f"le jeton est de {TOKEN_LENGTH} lettres et chiffres au moins", "token")
    return MetricSettings(table.host, token, table.ports)
