"""The forms of the tables of a settings file; `hub.settings` makes settings of them."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from hub.identity.actor import HUB_CLIENT
from hub.identity.issuer import TOKEN_SECONDS
from hub.observability.trace_settings import RATIO
from hub.strict_toml import TomlForm

Name = Annotated[str, msgspec.Meta(min_length=1)]
ClientName = Annotated[str, msgspec.Meta(min_length=1, pattern=f"^(?!{HUB_CLIENT})")]
Percentage = Annotated[float, msgspec.Meta(ge=0, le=100)]
MOST_SUBSCRIPTIONS = 100
"""Of one application: each costs a round at every change."""
TIME = msgspec.Meta(gt=0, le=366 * 86_400)
"""A time in seconds: of none, a limit would forgive all at once."""


class IssuerTable(TomlForm, frozen=True):
    """A row of `[[issuers]]`, beside the numbers of `Pace`: its keys are in a file or at an address."""

    issuer: str
    algorithm: str
    keys: str | None = None
    keys_url: str | None = None
    authorities: str | None = None
    kinds: frozenset[str] | None = None
    clients: frozenset[ClientName] | None = None
    token_seconds: Annotated[int, msgspec.Meta(ge=1)] = TOKEN_SECONDS


class AgreementTable(TomlForm, frozen=True):
    """A row of `[[agreements]]`."""

    organisation: str
    purposes: frozenset[str]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)] | None = None


class ClientTable(TomlForm, frozen=True):
    """A row of `[[clients]]`; one without `scopes` receives nothing. It may make so many `subscriptions` to changes
    itself."""

    issuer: str
    client: ClientName
    organisation: Name
    scopes: frozenset[Name] = frozenset()
    subscriptions: Annotated[int, msgspec.Meta(ge=0, le=MOST_SUBSCRIPTIONS)] = 0


class DocumentsTable(TomlForm, frozen=True):
    """A row of `[[documents]]`: the manifest of a client."""

    client: ClientName
    manifest: str
    only: bool = True


class TlsTable(TomlForm, frozen=True):
    """The TLS files of a table with a URL, relative to the settings."""

    authorities: str | None = None
    certificate: str | None = None
    key: str | None = None


class RemoteTable(TlsTable, frozen=True, kw_only=True):
    """An entry of `[subgraphs]`, beside the numbers of `Care`; for one of another team, as `Join` has it."""

    url: str
    sdl: str | None = None
    categories: str | None = None
    contract: bool = False


class TracesTable(TlsTable, frozen=True, kw_only=True):
    """The table `[traces]`; `ratio` is the share of requests that are traced."""

    endpoint: str
    ratio: Annotated[float, msgspec.Meta(gt=0, le=1)] = RATIO


class CheckpointsTable(TlsTable, frozen=True, kw_only=True):
    """The table `[checkpoints]`: a file beside the settings, a webhook, or both."""

    file: str | None = None
    webhook: str | None = None


class SettingsFile(TomlForm, frozen=True):
    """The top of a settings file; tables in it are read one by one."""

    audience: Name
    issuers: Annotated[list[dict[str, Any]], msgspec.Meta(min_length=1)]
    agreements: list[dict[str, Any]] = msgspec.field(default_factory=list)
    subgraphs: dict[str, str | dict[str, Any]] = msgspec.field(default_factory=dict)
    deadline: Annotated[float, TIME] = 10.0
    show_plans: bool = False
    origins: list[str] = msgspec.field(default_factory=list)
    documents: list[dict[str, Any]] = msgspec.field(default_factory=list)
    limits: dict[str, Any] = msgspec.field(default_factory=dict)
    execution: dict[str, Any] = msgspec.field(default_factory=dict)
    requests: dict[str, Any] = msgspec.field(default_factory=dict)
    misses: dict[str, Any] = msgspec.field(default_factory=dict)
    override: dict[str, Percentage] = msgspec.field(default_factory=dict)
    traces: dict[str, Any] | None = None
    logs: dict[str, Any] = msgspec.field(default_factory=dict)
    metrics: dict[str, Any] = msgspec.field(default_factory=dict)
    clients: list[dict[str, Any]] = msgspec.field(default_factory=list)
    shared: dict[str, Any] = msgspec.field(default_factory=dict)
    checkpoints: dict[str, Any] = msgspec.field(default_factory=dict)
    sources: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    webhooks: list[dict[str, Any]] = msgspec.field(default_factory=list)
    sync: list[dict[str, Any]] = msgspec.field(default_factory=list)
    notifications: dict[str, Any] = msgspec.field(default_factory=dict)
    streams: dict[str, Any] = msgspec.field(default_factory=dict)
    outgoing: list[dict[str, Any]] = msgspec.field(default_factory=list)
