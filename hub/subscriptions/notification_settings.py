"""The table `[notifications]` of the settings: how subscribers are called, and on which networks."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field

from hub.strict_toml import TomlForm
from hub.subscriptions.addresses import Network


class NotificationsTable(TomlForm, frozen=True):
    """The keys of the table, beside the numbers of `Patience`: networks in the form 10.1.0.0/16, and a PEM file of the
    authorities to trust instead of the system's."""

    networks: tuple[str, ...] = ()
    authorities: str | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Patience:
    """Seconds for one call; between a first failure and the next try, which double up to `longest_retry_seconds`; and
    of failing until a subscription is suspended. `at_once` subscribers are called at a time."""

    timeout_seconds: float = 10.0
    retry_seconds: float = 5.0
    longest_retry_seconds: float = 3_600.0
    suspend_seconds: float = 259_200.0
    at_once: int = field(default=8, metadata={"least": 1})


@dataclass(frozen=True, slots=True, repr=False)
class NotificationSettings:
    """The table as it is used; `tls` None stands for the system's authorities."""

    networks: tuple[Network, ...] = ()
    tls: ssl.SSLContext | None = None
    patience: Patience = Patience()
